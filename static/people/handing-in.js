// A form into which somebody hands a signed file, to be checked here: the keys came with the page, so it works without a
// network. Where the browser has no Ed25519, the form sends the file to the server instead.
import { hasEd25519 } from './signed.js'

const MOST_BYTES = 256 * 1024

export function takeIn(form, show) {
  const { file, text } = form.elements
  const keys = JSON.parse(form.dataset.keys)
  const isAble = hasEd25519()
  isAble.then((able) => (form.querySelector('[data-without]').hidden = able))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (!(await isAble)) return form.submit()
    const handedIn = file.files[0] ? await read(file.files[0]) : text.value
    if (handedIn.trim()) return show(handedIn, keys)
    file.focus()
  })
  file.addEventListener('change', () => {
    text.value = ''
    if (file.files[0]) form.requestSubmit()
  })
  text.addEventListener('input', () => (file.value = ''))
  for (const name of ['dragover', 'dragleave', 'drop']) {
    form.addEventListener(name, (event) => {
      event.preventDefault()
      form.toggleAttribute('data-over', name === 'dragover')
    })
  }
  form.addEventListener('drop', (event) => {
    if (!event.dataTransfer.files.length) return
    file.files = event.dataTransfer.files
    file.dispatchEvent(new Event('change'))
  })
}

// What was checked, in order, up to the first that failed; `holds` has a function for each of the `checks`.
export async function judge(text, keys, checks, holds) {
  const passed = []
  try {
    const document = JSON.parse(text)
    for (const check of checks) {
      const result = await holds[check](document, keys)
      if (result === false) return { passed, failed: check }
      if (result) passed.push(check)
    }
    return { passed, document }
  } catch {
    return { passed, failed: checks[passed.length] }
  }
}

export function showChecked(parts, checks, verdict) {
  const list = document.createElement('ul')
  list.className = 'rows checks'
  list.append(...checks.map((check) => clone(`[data-check-row="${check} ${resultOf(check, verdict)}"]`)))
  const section = document.querySelector('[data-checked]')
  section.querySelector('[data-checked-body]').replaceChildren(...parts, list)
  section.hidden = false
  section.querySelector('h2').focus()
  section.scrollIntoView({ block: 'start' })
}

export function clone(selector) {
  return document.querySelector(`template${selector}`).content.cloneNode(true)
}

async function read(file) {
  return file.size > MOST_BYTES ? '?' : file.text() // more than any of ours holds
}

function resultOf(check, verdict) {
  if (verdict.passed.includes(check)) return 'holds'
  if (check === verdict.failed) return 'fails'
  return verdict.failed ? 'skipped' : 'unknown'
}
