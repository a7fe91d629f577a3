// The page that makes a shape of a file: it has the worker read, shows what would leave, and sends that and nothing else.
import { fits, guess, KINDS, lines, read, write, wrongWith } from './shape.js'

const form = document.querySelector('[data-shapes]')
const find = (name) => form.querySelector(`[data-part="${name}"]`)
const part = Object.fromEntries(
  ['file', 'progress', 'bar', 'rows', 'cancel', 'refused', 'notes', 'read', 'columns', 'column', 'none', 'exact', 'length', 'sent', 'name', 'leads', 'send', 'wrong', 'foot', 'left'].map((name) => [name, find(name)]),
)
const MOST_BYTES = 100_000
let columns = []
let left = [] // columns that the visitor left out
let worker = null

part.file.addEventListener('change', () => part.file.files.length && readFile(part.file.files[0]))
part.cancel.addEventListener('click', () => stop())
for (const field of [part.name, part.leads]) field.addEventListener('input', show)
form.addEventListener('submit', (event) => show() || event.preventDefault())
if (part.sent.value) takeBack(part.sent.value)
form.dataset.shapes = 'ready'

function readFile(file) {
  stop()
  forget()
  part.progress.hidden = false
  tell({ share: 0, rows: 0 })
  worker = new Worker(form.dataset.worker)
  worker.addEventListener('message', ({ data }) => {
    if (data.rows !== undefined) return tell(data)
    stop()
    if (data.refused) return refuse(data.refused)
    take(data.done)
  })
  worker.addEventListener('error', () => {
    stop()
    refuse('This file cannot be read here. Save it again as CSV, and choose that.')
  })
  worker.postMessage(file)
}

function stop() {
  worker?.terminate()
  worker = null
  part.progress.hidden = true
}

function forget() {
  part.refused.hidden = true
  part.read.hidden = true
  part.sent.value = ''
  columns = left = []
}

function refuse(words) {
  part.refused.textContent = words
  part.refused.hidden = false
  part.file.value = ''
}

function tell({ share, rows }) {
  part.bar.value = share
  part.rows.textContent = rows ? `${rows.toLocaleString('en')} rows read` : 'Opening the file'
}

function take(told) {
  columns = told.columns
  left = []
  guess(columns)
  const sizes = [...part.leads.options].map((option) => Number(option.value))
  part.leads.value = String(sizes.find((size) => size >= told.rows) ?? sizes.at(-1))
  part.notes.replaceChildren(...[`${told.rows.toLocaleString('en')} rows, ${columns.length} columns.`, ...told.notes].map((words) => textIn('li', words)))
  draw()
}

// A shape that was sent and refused stands as it was typed.
function takeBack(text) {
  try {
    const sent = read(text)
    columns = sent.columns
    part.name.value = sent.name
    part.leads.value = String(sent.leads)
    draw()
  } catch {
    forget()
  }
}

function draw() {
  part.columns.replaceChildren(...columns.map(item))
  part.read.hidden = false
  show()
}

// Writes the shape anew; false where something is to be put right first.
function show() {
  const names = columns.map((column) => column.name)
  const faults = columns.map((column, at) => wrongWith(column.name, names.toSpliced(at, 1)))
  for (const [at, column] of columns.entries()) {
    column.fault.textContent = faults[at]
    column.input.setAttribute('aria-invalid', String(Boolean(faults[at])))
  }
  const text = write({ name: part.name.value.trim(), leads: Number(part.leads.value), columns })
  const length = new TextEncoder().encode(text).length
  part.sent.value = text
  part.exact.replaceChildren(...lines(text).map((line) => textIn('span', line)))
  part.length.textContent = length.toLocaleString('en')
  const words = faults.some(Boolean) ? 'Put the names right that are marked above.' : !columns.length ? 'Keep at least one column.' : !part.name.value.trim() ? 'Give the practice business a name.' : length > MOST_BYTES ? 'This is too much. Leave out columns, or untick values.' : ''
  part.wrong.textContent = words
  part.send.disabled = Boolean(words)
  part.send.setAttribute('aria-disabled', String(Boolean(words)))
  part.foot.hidden = !left.length
  part.left.textContent = left.length === 1 ? 'Take the column back that was left out' : `Take ${left.length} columns back that were left out`
  return !words
}

part.left.addEventListener('click', () => {
  columns = [...columns, ...left]
  left = []
  draw()
})

function item(column, at) {
  const node = part.column.content.cloneNode(true).firstElementChild
  const of = (name) => node.querySelector(`[data-of="${name}"]`)
  column.input = of('name')
  column.fault = of('fault')
  column.input.value = column.name
  column.fault.id = `column-${at}-fault`
  column.input.setAttribute('aria-describedby', column.fault.id)
  column.input.addEventListener('input', () => {
    column.name = column.input.value
    show()
  })
  for (const field of [of('as'), of('leave')]) field.setAttribute('aria-label', `${field.dataset.label} ${column.name}`)
  for (const option of [...of('as').options]) if (option.value && !fits(option.value, column)) option.remove()
  of('as').value = column.as ?? ''
  of('as').addEventListener('change', ({ target }) => {
    for (const other of columns) if (other !== column && other.as === target.value) other.as = null
    column.as = target.value || null
    draw()
    part.columns.children[at].querySelector('select').focus()
  })
  of('leave').addEventListener('click', () => {
    left.push(column)
    columns = columns.filter((one) => one !== column)
    draw()
    ;(part.columns.querySelectorAll('input[type=text]')[at] ?? part.name).focus()
  })
  of('kind').textContent = KINDS[column.kind]
  of('filled').textContent = column.filled === 100 ? 'as good as full' : column.filled ? `about ${column.filled}% filled` : 'empty'
  of('months').textContent = column.from ? `${column.from} to ${column.to}` : ''
  if (column.values.length) {
    of('tags').replaceChildren(...column.values.map((value) => textIn('span', value, 'tag')))
    of('tick').checked = Boolean(column.isSent)
    of('words').textContent = column.values.length === 1 ? 'Send this value as well' : `Send these ${column.values.length} values as well`
    of('tick').addEventListener('change', ({ target }) => {
      column.isSent = target.checked
      show()
    })
    of('values').hidden = false
  }
  return node
}

function textIn(tag, text, name) {
  const node = document.createElement(tag)
  node.textContent = text
  if (name) node.className = name
  return node
}
