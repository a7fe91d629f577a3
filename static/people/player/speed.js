// How fast it plays, kept for next time. The menu's choices are the speeds there are.
import { keep, recall } from './memory.js'

export function offerSpeed({ video, part, say }) {
  const choices = [...part('speeds').querySelectorAll('input')]
  const speeds = choices.map((choice) => Number(choice.value))
  part('speeds').addEventListener('change', ({ target }) => choose(Number(target.value)))
  set(speeds.find((speed) => speed === recall('player.speed')) ?? 1)
  return { speed: step }

  function step(by) {
    const next = speeds[speeds.indexOf(video.playbackRate) + by]
    choose(next ?? video.playbackRate)
  }

  function choose(speed) {
    set(speed)
    keep('player.speed', speed)
    say(`Speed ${speed}`)
  }

  function set(speed) {
    video.defaultPlaybackRate = speed // what a recording that is loaded again begins with
    video.playbackRate = speed
    part('speed').textContent = `${speed}×`
    choices[speeds.indexOf(speed)].checked = true
  }
}
