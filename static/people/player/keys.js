// The keyboard map, and when a key is ours: never while someone types, never with Ctrl, Cmd or Alt.
import { keep, recall } from './memory.js'

const LETTERS = {
  k: ['play'],
  j: ['skip', -10],
  l: ['skip', 10],
  p: ['chapter', -1],
  n: ['chapter', 1],
  '[': ['chapter', -1],
  ']': ['chapter', 1],
  m: ['mute'],
  c: ['captions'],
  '<': ['speed', -1],
  '>': ['speed', 1],
  f: ['fill'],
  i: ['float'],
  '?': ['keys'],
}
for (let digit = 0; digit < 10; digit++) LETTERS[digit] = ['tenth', digit]
const MOVES = { ' ': ['play'], ArrowLeft: ['skip', -5], ArrowRight: ['skip', 5] }
const SCROLLS = { ArrowUp: ['volume', 0.05], ArrowDown: ['volume', -0.05], Home: ['tenth', 0], End: ['tenth', 10] }

const REPEAT = new Set(['skip', 'volume']) // what a key that is held down may do again and again
const TYPING = 'input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable]'
const PRESSED = 'a, button, [type=radio], [type=checkbox]' // what the space bar works by itself
const STEPPED = '[popover] *, [data-part=volume]' // what the other keys work by themselves

export function listenToKeys({ root, part }, acts) {
  const anywhere = part('anywhere')
  anywhere.checked = recall('player.keys') ?? true
  anywhere.addEventListener('change', () => keep('player.keys', anywhere.checked))
  document.addEventListener('keydown', (press) => {
    const [name, by] = actOf(press, root, anywhere.checked) ?? []
    if (!name) return
    press.preventDefault()
    if (!press.repeat || REPEAT.has(name)) acts[name](by)
  })
  return () => part('keys').showModal()
}

function actOf(press, root, isAnywhere) {
  const { target, key } = press
  if (press.defaultPrevented || press.isComposing || press.ctrlKey || press.metaKey || press.altKey) return undefined
  if (target.matches(TYPING) || document.querySelector('dialog[open]')) return undefined
  const isHere = root.contains(target) || document.fullscreenElement === root
  const letter = (isHere || isAnywhere) && LETTERS[key.toLowerCase()]
  if (letter) return letter
  if (target.matches(key === ' ' ? PRESSED : STEPPED)) return undefined
  if (isHere) return MOVES[key] ?? SCROLLS[key]
  return target === document.body && isInView(root) ? MOVES[key] : undefined
}

// With nothing in focus, the space bar plays what is in sight and scrolls on otherwise.
function isInView(root) {
  const { top, bottom } = root.getBoundingClientRect()
  return top < innerHeight / 2 && bottom > innerHeight / 2
}
