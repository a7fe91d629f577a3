// Along the rows of a list by key: the row's link takes the focus, so that Enter opens it.
import { onAct } from './keys.js'

export const LINKS = '.list tbody .list-name a, .pile-card a'

export function moveAlongRows() {
  onAct('next', (_key, press) => move(1, press))
  onAct('previous', (_key, press) => move(-1, press))
  onAct('select', select)
}

// The row that has the focus, or none.
export function currentRow() {
  return document.activeElement.closest('.list tbody tr')
}

function move(by, press) {
  const links = [...document.querySelectorAll(LINKS)]
  const here = document.activeElement.closest('.list tbody tr, .pile-card')
  if (press.key.startsWith('Arrow') && !here) return false // there they scroll the page
  const at = links.findIndex((link) => here?.contains(link))
  const first = by > 0 ? 0 : links.length - 1
  const next = at < 0 ? first : Math.min(Math.max(at + by, 0), links.length - 1)
  links[next]?.focus()
  return links.length > 0
}

function select() {
  const box = currentRow()?.querySelector('input[type=checkbox]')
  box?.click()
  return Boolean(box)
}
