// A cell of the list edited where it stands: by a double press, or `e`. The form is the one of the lead's own page,
// with one of its fields; what the page would say of it stands beside the field.
import { onAct } from './keys.js'
import { fetchPage, takeOver } from './page.js'
import { currentRow } from './rows.js'

const FIELDS = ['name', 'company', 'role', 'email', 'phone', 'stage', 'owner', 'source']

export function editCells() {
  onAct('edit', () => openFirst(currentRow()))
  document.addEventListener('dblclick', (press) => {
    const cell = press.target.closest('.list tbody td, .list tbody th')
    if (cell && fieldOf(cell)) {
      press.preventDefault()
      open(cell)
    }
  })
}

function openFirst(row) {
  const cell = row && cellsOf(row)[0]
  if (cell) open(cell)
  return Boolean(cell)
}

function cellsOf(row) {
  return [...row.children].filter((cell) => fieldOf(cell) && cell.offsetParent)
}

function fieldOf(cell) {
  return FIELDS.find((name) => cell.classList.contains(`list-${name}`))
}

async function open(cell) {
  close()
  const link = linkOf(cell)
  const { page } = await fetchPage(link.href)
  const form = formIn(page)
  const field = form?.elements[fieldOf(cell)]
  if (!field) return location.assign(link.href)
  const editor = document.createElement('form')
  editor.className = 'inplace'
  editor.method = 'post'
  editor.action = form.getAttribute('action')
  editor.noValidate = true
  const input = document.importNode(field, true)
  input.className = 'input'
  input.setAttribute('aria-label', labelOf(page, field))
  input.id = 'inplace'
  editor.append(input, said(), buttons())
  takeHidden(editor, form)
  editor.addEventListener('submit', (event) => {
    event.preventDefault()
    save(cell, editor, input)
  })
  editor.addEventListener('keydown', (press) => onKey(press, cell, editor, input))
  cell.append(editor)
  input.focus()
  input.select?.()
}

function close(back = false) {
  const editor = document.querySelector('form.inplace:not(.inplace-shown)')
  const link = editor && linkOf(editor)
  editor?.remove()
  if (back) link?.focus()
}

function onKey(press, cell, editor, input) {
  press.stopPropagation() // letters are text here, not keys of the list
  if (press.key === 'Escape') {
    press.preventDefault()
    close(true)
  }
  if (press.key === 'Tab' && press.target === input && !press.shiftKey) {
    const cells = cellsOf(cell.parentElement)
    const next = cells[cells.indexOf(cell) + 1]
    if (!next || isChanged(input)) return
    press.preventDefault()
    open(next)
  }
}

function isChanged(input) {
  return input.options ? ![...input.options].every((one) => one.selected === one.defaultSelected) : input.value !== input.defaultValue
}

async function save(cell, editor, input) {
  if (!isChanged(input) && !editor.dataset.seen) return close(true)
  const { answer, page } = await fetchPage(editor.action, { method: 'POST', body: new URLSearchParams(new FormData(editor)) })
  if (answer.ok) return saved(cell, page)
  if (answer.status === 409 && formIn(page)) {
    takeHidden(editor, formIn(page)) // the newer version is now the one that was seen
    editor.dataset.seen = '1'
  }
  say(editor, wrongIn(page, input.name), 'error')
  input.setAttribute('aria-invalid', 'true')
  input.focus()
}

// The list as it is now; its row has the focus again, and beside it what an invented twin took the place of.
async function saved(cell, leadPage) {
  const link = linkOf(cell).getAttribute('href')
  const twin = leadPage.querySelector('main .notice-practice')
  const { page } = await fetchPage(location.href)
  if (!takeOver(page)) return location.reload()
  refreshUndo(page)
  const row = document.querySelector(`.list tbody a[href="${CSS.escape(link)}"]`)
  row?.focus()
  if (twin) tellTwin(document.adoptNode(twin), row)
}

function tellTwin(twin, link) {
  const note = document.createElement('div')
  note.className = 'inplace'
  note.append(twin)
  const place = link?.closest('th') ?? document.querySelector('#list')
  place.append(note)
  const away = new AbortController()
  for (const name of ['keydown', 'click']) {
    document.addEventListener(name, () => (note.remove(), away.abort()), { signal: away.signal })
  }
}

// Undo says what it would take back.
function refreshUndo(page) {
  const [here, there] = [document, page].map((one) => one.querySelector('form[action="/undo"] button'))
  if (here && there) here.replaceWith(document.adoptNode(there))
}

function linkOf(place) {
  return place.closest('tr').querySelector('.list-name a')
}

function formIn(page) {
  return page.querySelector('input[name=fingerprint]')?.form
}

function labelOf(page, field) {
  return page.querySelector(`label[for="${CSS.escape(field.id)}"]`)?.textContent.trim() || field.name
}

function takeHidden(editor, form) {
  for (const old of editor.querySelectorAll('input[type=hidden]')) old.remove()
  for (const one of form.elements) if (one.type === 'hidden') editor.append(document.importNode(one, true))
}

// What the lead's page says is wrong: of the field, of the whole form, or that somebody else was faster.
function wrongIn(page, name) {
  const stored = page.querySelector('main .notice-bad')
  if (stored) {
    const pairs = [...stored.querySelectorAll('dl > div')].map((pair) => [...pair.children].map((one) => one.textContent.trim()).join(': '))
    return `This lead changed while you were writing. Stored now: ${pairs.join(', ') || 'what you typed'}. Save puts yours in its place.`
  }
  const wrong = page.getElementById(`${name}-error`) ?? page.querySelector('main .problem li, main .problem, main h1')
  return wrong?.textContent.trim() || 'This could not be saved. Open the lead to see why.'
}

function said() {
  const line = document.createElement('p')
  line.setAttribute('role', 'alert')
  return line
}

function say(editor, words, kind) {
  const line = editor.querySelector('[role=alert]')
  line.className = kind
  line.textContent = words
}

function buttons() {
  const line = document.createElement('p')
  line.className = 'menu-foot'
  const [saving, cancel] = [document.createElement('button'), document.createElement('button')]
  saving.className = 'button button-small button-main'
  saving.textContent = 'Save'
  cancel.className = 'button button-small'
  cancel.type = 'button'
  cancel.textContent = 'Cancel'
  cancel.addEventListener('click', () => close(true))
  line.append(saving, cancel)
  return line
}
