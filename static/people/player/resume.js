// Going on where one stopped: the moment is kept while it plays, offered on return, and forgotten at the end.
import { endMoment, findMoment, forgetMoment, isUnderCode, keepMoment } from './progress.js'
import { shown } from './words.js'

const WORTH = 5 // seconds: nearer to the start or the end there is nothing to go on with

export function offerResuming({ root, video, part, say }) {
  const slug = root.dataset.webinar
  let moment = 0
  let isKept = true
  for (const event of ['timeupdate', 'pause']) video.addEventListener(event, note)
  video.addEventListener('ended', () => endMoment(slug, video.duration))
  video.addEventListener('play', () => (part('resume').hidden = true))
  offer()
  return { goOn: () => playFrom(moment), fromStart: () => playFrom(0), forget }

  async function offer() {
    moment = await findMoment(slug)
    if (!isWorth(moment) || new URLSearchParams(location.search).has('t') || !video.paused) return
    for (const place of part('resume').querySelectorAll('[data-part=moment]')) place.textContent = shown(moment)
    if (isUnderCode()) part('kept').textContent = 'Kept in this browser and under your code.'
    part('resume').hidden = false
  }

  function note({ type }) {
    const isPlaying = video.played.length > 0 && !video.ended
    const isDue = type === 'pause' || Math.abs(video.currentTime - moment) >= WORTH
    if (!isKept || !isPlaying || !isDue || !isWorth(video.currentTime)) return
    moment = video.currentTime
    keepMoment(slug, moment, { atOnce: type === 'pause' })
  }

  function isWorth(seconds) {
    return seconds >= WORTH && seconds <= part('position').max - WORTH
  }

  function playFrom(seconds) {
    video.currentTime = seconds
    video.play().catch(() => {})
  }

  function forget() {
    isKept = false
    forgetMoment(slug)
    part('resume').hidden = true
    say('Forgotten')
  }
}
