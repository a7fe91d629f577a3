// Going to another moment: by the slider, by so many seconds, to a tenth of the whole.
import { spoken } from './words.js'

export function offerSeeking({ video, part, say }) {
  const slider = part('position')
  slider.addEventListener('input', () => (video.currentTime = slider.valueAsNumber))
  return {
    skip: (seconds) => goTo(video.currentTime + seconds),
    tenth: (count) => goTo((whole() * count) / 10),
  }

  function goTo(moment) {
    video.currentTime = Math.min(Math.max(moment, 0), whole())
    say(spoken(video.currentTime))
  }

  function whole() {
    return video.duration || Number(slider.max)
  }
}
