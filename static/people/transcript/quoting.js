// Taking a sentence along: its words, who says them, and a link to the moment. One button goes from line to line with
// the pointer and the focus; a selection of several lines is copied whole.
import { shown } from '../player/words.js'

const LONG_ENOUGH = 2400 // milliseconds

export function offerQuotes(section) {
  const group = section.querySelector('.transcript-lines')
  const button = section.querySelector('[data-act=quote]')
  const said = section.querySelector('[data-part=quoted]')
  let timer
  for (const event of ['pointerover', 'focusin']) group.addEventListener(event, ({ target }) => place(target.closest('li')))
  group.addEventListener('dragstart', (drag) => drag.preventDefault()) // a link is dragged, where words are to be selected
  button.addEventListener('click', () => copy(button.parentElement.querySelector('a[data-at]')))
  document.addEventListener('keydown', (press) => isOurs(press) && copy(lineOf(document.activeElement)))

  function place(line) {
    if (!line || line.contains(button)) return
    button.hidden = false
    line.append(button)
  }

  // `q` copies the sentence in focus, or else the one that is being said.
  function isOurs(press) {
    if (press.key !== 'q' || !section.isConnected || press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return false
    return !press.target.matches('input, textarea, select, [contenteditable]') && !document.querySelector('dialog[open]')
  }

  function lineOf(element) {
    const line = group.contains(element) && element.closest('li')?.querySelector('a[data-at]')
    return line || group.querySelector('a[aria-current]') || group.querySelector('a[data-at]')
  }

  async function copy(line) {
    const [first, words] = selected() ?? [line, line.querySelector('span').textContent.trim()]
    const at = Math.floor(Number(first.dataset.at))
    const address = `${location.origin}${location.pathname}?t=${at}`
    const { title } = section.dataset
    const speaker = first.dataset.speaker ?? section.dataset.speaker
    try {
      await navigator.clipboard.writeText(`“${words}”\n${speaker}, ${title}, ${shown(at)}\n${address}`)
      tell(`Copied, with its time ${shown(at)}`)
    } catch {
      getSelection().selectAllChildren(line)
      tell('Selected: copy it by your own keys')
    }
  }

  function selected() {
    const chosen = getSelection()
    if (chosen.isCollapsed || !group.contains(chosen.anchorNode) || !group.contains(chosen.focusNode)) return null
    const lines = [...group.querySelectorAll('a[data-at]')].filter((line) => chosen.containsNode(line, true))
    const words = lines.map((line) => line.querySelector('span').textContent.trim()).join(' ')
    return lines.length ? [lines[0], words] : null
  }

  function tell(words) {
    clearTimeout(timer)
    said.replaceChildren(words)
    timer = setTimeout(() => said.replaceChildren(), LONG_ENOUGH)
  }
}
