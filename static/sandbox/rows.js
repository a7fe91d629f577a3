// Along the rows of a list by key: the row's link takes the focus, so that Enter opens it.
export function moveAlongRows(by) {
  const rows = [...document.querySelectorAll('tbody .list-name a')]
  const at = rows.indexOf(document.activeElement)
  const first = by > 0 ? 0 : rows.length - 1
  const next = at < 0 ? first : Math.min(Math.max(at + by, 0), rows.length - 1)
  rows[next]?.focus()
  return rows.length > 0
}
