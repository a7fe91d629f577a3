// The command palette: Ctrl/Cmd-K opens what `/palette` answers in a dialog, and each letter asks it again.
const WAIT = 120
let sheet
let asked = 0

export function offerPalette() {
  document.addEventListener('keydown', (press) => {
    if (!(press.ctrlKey || press.metaKey) || press.altKey || press.shiftKey || press.key.toLowerCase() !== 'k') return
    press.preventDefault()
    open()
  })
  document.addEventListener('click', (press) => {
    if (!press.target.closest('[data-palette-open]')) return
    press.preventDefault()
    open()
  })
}

async function open() {
  if (document.querySelector('main [data-palette]')) return document.querySelector('main [data-palette] input').select()
  sheet ??= makeSheet()
  if (sheet.open) return
  if (await show('')) {
    sheet.showModal()
    sheet.querySelector('input').select()
  }
}

function makeSheet() {
  const made = document.createElement('dialog')
  made.className = 'palette-sheet'
  made.ariaLabel = 'Search or do anything'
  let waiting
  made.addEventListener('input', (typed) => {
    clearTimeout(waiting)
    waiting = setTimeout(() => show(typed.target.value, true), WAIT)
  })
  made.addEventListener('submit', (sent) => {
    if (!sent.target.matches('.palette-ask')) return
    sent.preventDefault()
    made.querySelector('.palette-entry')?.click()
  })
  made.addEventListener('keydown', walk)
  made.addEventListener('click', (press) => press.target === made && made.close())
  document.body.append(made)
  return made
}

/** Ask for what fits, and show it; where the field already stands, only what was found is exchanged. */
async function show(sought, isFoundAlone = false) {
  const turn = ++asked
  const answer = await fetch(`/palette?q=${encodeURIComponent(sought)}`).catch(() => undefined)
  if (!answer?.ok || turn !== asked) return false
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const part = isFoundAlone ? '.palette-found' : '.palette'
  const found = document.importNode(page.querySelector(`main ${part}`), true)
  if (isFoundAlone) sheet.querySelector(part).replaceWith(found)
  else sheet.replaceChildren(found)
  return true
}

function walk(press) {
  if (press.key === 'Escape') {
    press.preventDefault() // else the first press would only empty the field
    sheet.close()
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[press.key]
  if (!step) return
  const stops = [sheet.querySelector('input[type=search]'), ...sheet.querySelectorAll('.palette-entry')]
  const at = stops.indexOf(document.activeElement)
  stops[(at + step + stops.length) % stops.length]?.focus()
  press.preventDefault()
}
