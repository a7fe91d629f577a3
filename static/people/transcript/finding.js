// Finding what was said: every sentence that holds all the words lights up, with a way from one to the next. Without
// this the form asks the server, which marks them.
import { fold, spansOf, wordsOf } from './folding.js'

const LIGHT = 'found' // the highlight's name, as transcript.css has it

export function offerFinding(section) {
  const form = section.querySelector('form')
  const input = form.elements.find
  const group = section.querySelector('.transcript-lines')
  const told = section.querySelector('[data-part=found]')
  const sentences = [...group.querySelectorAll('a[data-at]')].map(readSentence)
  let hits = []
  let current = 0
  form.addEventListener('submit', (press) => press.preventDefault())
  form.addEventListener('click', ({ target }) => step({ next: 1, previous: -1 }[target.closest('[data-act]')?.dataset.act]))
  input.addEventListener('input', find)
  input.addEventListener('keydown', move)
  if (input.value) find()

  function find() {
    const words = wordsOf(input.value)
    hits = words.length ? sentences.map((one) => ({ ...one, spans: spansOf(one, words) })).filter(({ spans }) => spans) : []
    current = 0
    light(hits)
    group.toggleAttribute('data-finding', words.length > 0)
    for (const button of form.querySelectorAll('.needs-script')) button.hidden = hits.length < 2
    if (words.length && !hits.length) tell(`Nobody says “${input.value.trim()}” here.`)
    else show()
  }

  function step(by) {
    if (!by || !hits.length) return
    current = (current + by + hits.length) % hits.length
    show()
  }

  function show() {
    group.querySelector('[data-hit]')?.removeAttribute('data-hit')
    if (!hits.length) return tell('')
    const { line } = hits[current]
    line.setAttribute('data-hit', '')
    group.scrollTop += line.getBoundingClientRect().top - group.getBoundingClientRect().top - group.clientHeight / 3
    tell(hits.length === 1 ? 'One sentence' : `${current + 1} of ${hits.length} sentences`)
  }

  function tell(words) {
    if (told.textContent !== words) told.textContent = words
  }

  function move(press) {
    if (press.key === 'Enter') step(press.shiftKey ? -1 : 1)
    if (press.key === 'Escape' && input.value) {
      input.value = ''
      find()
    }
    if (press.key !== 'ArrowDown' || !hits.length) return
    press.preventDefault()
    hits[current].line.focus({ preventScroll: true })
  }
}

function readSentence(line) {
  const words = line.querySelector('span')
  words.textContent = words.textContent.trim() // what the server marked is one text again
  return { line, text: words.firstChild, ...fold(words.textContent) }
}

function light(hits) {
  if (!window.Highlight) return // an older browser still has the line itself marked
  CSS.highlights.delete(LIGHT)
  const lit = new Highlight()
  for (const { text, spans } of hits) {
    for (const [start, stop] of spans) {
      lit.add(new StaticRange({ startContainer: text, startOffset: start, endContainer: text, endOffset: stop }))
    }
  }
  if (lit.size) CSS.highlights.set(LIGHT, lit)
}
