// Sheets that a button opens: one at a time, closed by Escape and by a press elsewhere. Columns move in theirs.
import { onAct } from './keys.js'

export function tendMenus() {
  document.addEventListener('click', (press) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (!menu.contains(press.target)) menu.open = false
    }
    moveColumn(press)
  })
  document.addEventListener('keydown', (press) => {
    const menu = press.key === 'Escape' && press.target.closest('details.menu[open]')
    if (!menu) return
    menu.open = false
    menu.querySelector('summary').focus()
  })
  onAct('filter', openFilters)
}

function openFilters() {
  const menu = document.querySelector('.chips-more')
  if (!menu) return false
  menu.open = true
  menu.querySelector('.menu-sheet a, .menu-sheet select, .menu-sheet input:not([type=hidden])')?.focus()
  return true
}

function moveColumn(press) {
  const button = press.target.closest('.columns button[name=up], .columns button[name=down]')
  if (!button) return
  press.preventDefault()
  const row = button.closest('li')
  const other = button.name === 'up' ? row.previousElementSibling : row.nextElementSibling
  if (!other || other.dataset.column === 'name') return
  if (button.name === 'up') other.before(row)
  else other.after(row)
  const rows = [...row.parentElement.children]
  button.form.elements.order.value = rows.map((one) => one.dataset.column).join(',')
  button.focus()
}
