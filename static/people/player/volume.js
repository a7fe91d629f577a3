// How loud it is, kept for next time, and whether it is heard at all.
import { keep, recall } from './memory.js'

export function offerVolume({ video, part, say }) {
  const slider = part('volume')
  slider.addEventListener('input', () => set(slider.valueAsNumber))
  slider.addEventListener('change', () => keep('player.volume', video.volume))
  video.addEventListener('volumechange', show)
  const kept = recall('player.volume')
  if (kept > 0 && kept <= 1) video.volume = kept
  show()
  return { mute, volume: louder }

  function mute() {
    if (video.volume === 0) video.volume = 1
    else video.muted = !video.muted
    say(video.muted ? 'Sound off' : 'Sound on')
  }

  function louder(by) {
    set(Math.min(Math.max(video.volume + by, 0), 1))
    keep('player.volume', video.volume)
    say(`Volume ${percent(video.volume)}`)
  }

  function set(volume) {
    video.volume = volume
    video.muted = false
  }

  function show() {
    const heard = video.muted ? 0 : video.volume
    part('mute').dataset.is = heard ? 'loud' : 'mute'
    slider.value = heard
    slider.setAttribute('aria-valuetext', percent(heard))
  }
}

function percent(volume) {
  return `${Math.round(volume * 100)} percent`
}
