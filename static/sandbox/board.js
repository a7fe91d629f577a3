// The board by hand: cards are dragged, carried by key, or moved by their menu; all three post the card's own form.
import { drop, dropOn, isCarrying, laneOf, lift, putBack, showOn } from './carry.js'

export function carryCards() {
  if (!document.querySelector('[data-board]')) return
  makeDraggable()
  document.addEventListener('board:turned', makeDraggable)
  document.addEventListener('submit', sendInPlace)
  document.addEventListener('keydown', (press) => actOf(press)?.() && press.preventDefault())
  document.addEventListener('dragstart', (drag) => drag.target.matches?.('.deal') && setTimeout(() => lift(drag.target)))
  document.addEventListener('dragover', over)
  document.addEventListener('drop', (drag) => isCarrying() && (drag.preventDefault(), drop()))
  document.addEventListener('dragend', (drag) => {
    mark(null)
    if (drag.dataTransfer.dropEffect === 'none') putBack()
  })
}

function makeDraggable() {
  for (const card of document.querySelectorAll('.deal')) card.draggable = true
  for (const link of document.querySelectorAll('.deal a')) link.draggable = false
}

function over(drag) {
  const lane = drag.target.closest?.('[data-lane]')
  if (!lane || !isCarrying()) return
  drag.preventDefault()
  mark(lane)
  showOn(lane)
}

function mark(lane) {
  for (const one of document.querySelectorAll('.lane-over')) if (one !== lane) one.classList.remove('lane-over')
  lane?.classList.add('lane-over')
}

function sendInPlace(sending) {
  const form = sending.target
  const card = form.closest('.deal')
  if (!card || !form.matches('[action*="/move"]')) return
  sending.preventDefault()
  const data = new FormData(form, sending.submitter)
  if (form.matches(':popover-open')) form.hidePopover()
  dropOn(data.get('stage'), card, form, data)
}

function actOf(press) {
  const card = press.target.closest?.('.deal')
  if (!card || press.ctrlKey || press.metaKey || press.altKey || press.target.matches('input, select')) return undefined
  const menu = card.querySelector('form.moves')
  if (/^[1-9]$/.test(press.key)) return () => choose(menu, Number(press.key))
  if (press.target.closest('.moves')) return { ArrowUp: () => step(press, menu, -1), ArrowDown: () => step(press, menu, 1) }[press.key]
  return {
    m: () => open(menu),
    ArrowLeft: () => carry(card, -1),
    ArrowRight: () => carry(card, 1),
    ArrowUp: () => !isCarrying() && along(card, -1),
    ArrowDown: () => !isCarrying() && along(card, 1),
    Enter: () => isCarrying() && (drop(), true),
    Escape: () => isCarrying() && (putBack(), focusOn(card)),
  }[press.key]
}

function choose(menu, number) {
  const button = menu.querySelectorAll('button[name=stage]')[number - 1]
  if (!button || button.disabled) return false
  menu.requestSubmit(button)
  return true
}

function open(menu) {
  menu.showPopover({ source: menu.previousElementSibling })
  menu.querySelector('button:enabled').focus()
  return true
}

function step(press, menu, by) {
  const buttons = [...menu.querySelectorAll('button:enabled')]
  buttons[(buttons.indexOf(press.target) + by + buttons.length) % buttons.length].focus()
  return true
}

function carry(card, by) {
  const lanes = [...document.querySelectorAll('[data-lane]')]
  lift(card)
  const lane = lanes[Math.min(Math.max(lanes.indexOf(laneOf(card)) + by, 0), lanes.length - 1)]
  showOn(lane)
  card.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  return focusOn(card)
}

function along(card, by) {
  const cards = [...laneOf(card).querySelectorAll('.deal')]
  return focusOn(cards[cards.indexOf(card) + by] ?? card)
}

function focusOn(card) {
  card.querySelector('.deal-title a').focus()
  return true
}
