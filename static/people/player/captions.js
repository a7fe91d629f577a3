// Captions drawn by us, so that they have a size and never lie under the controls; on or off and how large is kept.
import { keep, recall } from './memory.js'

export function offerCaptions({ root, video, part, say }) {
  const { track } = root.querySelector('track[kind=captions]')
  track.addEventListener('cuechange', draw)
  // On a phone that fills its screen with the bare video, only the browser can draw them.
  video.addEventListener('webkitbeginfullscreen', () => show(part('captions').dataset.is === 'on', 'showing'))
  video.addEventListener('webkitendfullscreen', () => show(part('captions').dataset.is === 'on'))
  part('sizes').addEventListener('change', ({ target }) => choose(target.value))
  show(recall('player.captions') ?? true)
  size(recall('player.size'))
  return { captions: turn }

  function turn() {
    const isOn = part('captions').dataset.is === 'off'
    show(isOn)
    keep('player.captions', isOn)
    say(isOn ? 'Captions on' : 'Captions off')
  }

  function show(isOn, mode = 'hidden') {
    track.mode = isOn ? mode : 'disabled'
    part('captions').dataset.is = isOn ? 'on' : 'off'
    part('caption').hidden = !isOn
    draw()
  }

  function draw() {
    const cues = [...(track.activeCues ?? [])]
    part('cues').replaceChildren(...cues.map((cue) => cue.getCueAsHTML()))
  }

  function choose(chosen) {
    size(chosen)
    keep('player.size', chosen)
    say(`Captions ${chosen}`)
  }

  function size(name) {
    const choice = [...part('sizes').querySelectorAll('input')].find(({ value }) => value === name)
    if (!choice) return
    choice.checked = true
    root.dataset.captions = name
  }
}
