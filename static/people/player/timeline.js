// The bar with what was seen and what is loaded, the time beside it, and where we are in words for who hears it.
import { chapterAt, chaptersOf } from './chapters.js'
import { shown, spoken } from './words.js'

export function showTimeline({ video, part }) {
  const slider = part('position')
  const chapters = chaptersOf(part)
  for (const event of ['timeupdate', 'seeking', 'progress', 'loadedmetadata']) video.addEventListener(event, paint)
  // Not at every tick: a reader whose focus is on the slider would be talked over all the time.
  for (const event of ['seeking', 'pause', 'loadedmetadata']) video.addEventListener(event, tell)
  slider.addEventListener('focus', tell)
  paint()
  tell()

  function paint() {
    slider.value = video.currentTime
    part('now').textContent = shown(video.currentTime)
    part('seen').setAttribute('width', video.currentTime)
    part('loaded').setAttribute('width', loadedTo(video))
  }

  function tell() {
    const chapter = chapterAt(chapters, video.currentTime)
    const words = `${spoken(video.currentTime)} of ${spoken(slider.max)}, chapter ${chapter.title}`
    slider.setAttribute('aria-valuetext', words)
  }
}

function loadedTo({ buffered, currentTime }) {
  for (let part = 0; part < buffered.length; part++) {
    if (buffered.start(part) <= currentTime && currentTime <= buffered.end(part)) return buffered.end(part)
  }
  return 0
}
