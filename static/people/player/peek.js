// Over the bar: the picture, moment and chapter that a press there would reach, or where we are while the slider has the
// focus.
import { chapterAt, chaptersOf } from './chapters.js'
import { shown } from './words.js'

const HALF_THUMB = 8 // pixels, as in seek.css

export function showPeek({ video, part, paint }) {
  const [slider, peek, chapters] = [part('position'), part('peek'), chaptersOf(part)]
  slider.addEventListener('pointermove', (move) => show(ratioAt(slider, move.offsetX)))
  slider.addEventListener('pointerleave', rest)
  for (const event of ['focus', 'blur']) slider.addEventListener(event, rest)
  video.addEventListener('timeupdate', () => !slider.matches(':hover') && rest())

  function rest() {
    if (slider.matches(':focus-visible')) show(video.currentTime / slider.max)
    else peek.hidden = true
  }

  function show(ratio) {
    const moment = ratio * slider.max
    part('peek-words').textContent = `${shown(moment)} ${chapterAt(chapters, moment).title}`
    peek.style.setProperty('--at', ratio)
    peek.hidden = false
    picture(moment)
  }

  async function picture(moment) {
    part('preview').hidden = !(await paint(part('preview'), moment))
  }
}

function ratioAt(slider, x) {
  const ratio = (x - HALF_THUMB) / (slider.clientWidth - 2 * HALF_THUMB)
  return Math.min(Math.max(ratio, 0), 1)
}
