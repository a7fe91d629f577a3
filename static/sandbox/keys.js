// The keyboard: undo anywhere, / to search, ? for the list of keys, j and k along the rows of a list.
import { moveAlongRows } from './rows.js'

const ALONE = { '/': focusSearch, '?': showSheet, j: () => moveAlongRows(1), k: () => moveAlongRows(-1) }
const WITH_CONTROL = { z: undo }

export function listenToKeys() {
  document.addEventListener('keydown', (press) => {
    if (press.defaultPrevented || isTyping(press.target) || document.querySelector('dialog[open]')) return
    if (actOf(press)?.()) press.preventDefault()
  })
  document.addEventListener('click', (press) => press.target.closest('[data-keys-sheet]') && showSheet())
}

function isTyping(target) {
  return target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select')
}

function actOf(press) {
  const isControl = press.ctrlKey || press.metaKey
  if (press.altKey || (isControl && press.shiftKey)) return undefined
  return (isControl ? WITH_CONTROL : ALONE)[press.key]
}

function undo() {
  const form = document.querySelector('form[action="/undo"]')
  form?.requestSubmit()
  return Boolean(form)
}

function focusSearch() {
  const input = document.querySelector('.bar-search input')
  input?.select()
  return Boolean(input)
}

function showSheet() {
  const sheet = document.querySelector('dialog.keys-sheet')
  sheet?.showModal()
  return Boolean(sheet)
}
