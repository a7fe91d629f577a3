// The keyboard. Which key does what stands in the sheet of keys, and only there; acts are told to it by name.
const acts = new Map([['search', focusSearch], ['sheet', showSheet], ['undo', () => send('/undo')], ['redo', () => send('/redo')], ['new', go], ['go', go]])
const SEQUENCE = 1000 // milliseconds that the second key of two may take
let began = '' // the first key of two, and when it was pressed
let beganAt = 0

// `act` is called with the row of the sheet and the press, and says whether it did anything; if not, the key keeps its own meaning.
export function onAct(name, act) {
  acts.set(name, act)
}

export function listenToKeys() {
  const rows = new Map() // by the press; where several share one, the last that does anything has it
  for (const row of document.querySelectorAll('.keys-sheet [data-act]')) {
    for (const press of row.dataset.keys.split('|')) rows.set(press, [row, ...(rows.get(press) ?? [])])
  }
  document.addEventListener('keydown', (press) => {
    if (press.defaultPrevented || isTyping(press.target) || document.querySelector('dialog[open]')) return
    const name = nameOf(press)
    const meant = rows.get(press.timeStamp - beganAt < SEQUENCE ? `${began} ${name}` : name) ?? rows.get(name) ?? []
    began = name
    beganAt = press.timeStamp
    if (meant.some((row) => acts.get(row.dataset.act)?.(row, press))) press.preventDefault()
  })
  document.addEventListener('click', (press) => {
    if (press.target.closest('[data-keys-sheet]') && showSheet()) press.preventDefault()
  })
}

function isTyping(target) {
  return target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select')
}

function nameOf(press) {
  const isControl = press.ctrlKey || press.metaKey
  if (press.altKey) return ''
  if (isControl && press.shiftKey) return `Control+Shift+${press.key.toLowerCase()}`
  return isControl ? `Control+${press.key}` : press.key
}

function send(address) {
  const form = document.querySelector(`form[action="${address}"]`)
  form?.requestSubmit()
  return Boolean(form)
}

function focusSearch() {
  const input = document.querySelector('.bar-search input[type=search]')
  input?.select()
  return Boolean(input)
}

function showSheet() {
  const sheet = document.querySelector('dialog.keys-sheet')
  sheet?.showModal()
  return Boolean(sheet)
}

function go(row) {
  location.assign(row.dataset.address)
  return true
}
