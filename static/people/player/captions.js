// Captions drawn by us, so that they have a size and never lie under the controls; on or off, how large and in which
// language is kept.
import { keep, recall } from './memory.js'

export function offerCaptions({ root, video, part, say }) {
  const tracks = [...root.querySelectorAll('track[kind=captions]')]
  const languages = [...(part('languages')?.querySelectorAll('input') ?? [])]
  if (!tracks.length) return offerNone()
  const asked = new URLSearchParams(location.search).get('language') // a link to a sentence goes before what was kept
  let current = [asked, recall('player.language')].map(find).find(Boolean) ?? tracks.find((one) => one.default) ?? tracks[0]
  for (const { track } of tracks) track.addEventListener('cuechange', draw)
  // On a phone that fills its screen with the bare video, only the browser can draw them.
  video.addEventListener('webkitbeginfullscreen', () => show(part('captions').dataset.is === 'on', 'showing'))
  video.addEventListener('webkitendfullscreen', () => show(part('captions').dataset.is === 'on'))
  part('languages')?.addEventListener('change', ({ target }) => speak(target.value))
  part('sizes').addEventListener('change', ({ target }) => choose(target.value))
  for (const choice of languages) choice.checked = choice.value === current.srclang
  show(recall('player.captions') ?? true)
  size(recall('player.size'))
  if (languages.length) root.dispatchEvent(new CustomEvent('language', { detail: current.srclang }))
  return { captions: turn }

  function offerNone() {
    part('captions').hidden = true
    part('caption').hidden = true
    return { captions: () => say('This recording has no captions') }
  }

  function turn() {
    const isOn = part('captions').dataset.is === 'off'
    show(isOn)
    keep('player.captions', isOn)
    say(isOn ? 'Captions on' : 'Captions off')
  }

  function show(isOn, mode = 'hidden') {
    for (const one of tracks) one.track.mode = isOn && one === current ? mode : 'disabled'
    part('captions').dataset.is = isOn ? 'on' : 'off'
    part('caption').hidden = !isOn
    part('caption').lang = current.srclang
    draw()
  }

  function draw() {
    const cues = [...(current.track.activeCues ?? [])]
    part('cues').replaceChildren(...cues.map((cue) => cue.getCueAsHTML()))
  }

  function find(language) {
    return tracks.find(({ srclang }) => srclang === language)
  }

  function speak(language) {
    current = find(language)
    keep('player.language', language)
    keep('player.captions', true)
    show(true)
    say(`Captions ${current.label}`)
    root.dispatchEvent(new CustomEvent('language', { detail: language }))
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
