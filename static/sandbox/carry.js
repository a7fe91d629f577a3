// A card in the hand: lifted, shown on another lane, dropped by its own form, or put back with a word.
let held // {card, lane, before}: what is carried, and where it came from

export const isCarrying = () => Boolean(held)
export const laneOf = (card) => card.closest('[data-lane]')
export const titleOf = (card) => card.querySelector('.deal-title').textContent.trim()

export function lift(card) {
  held ??= { card, lane: laneOf(card), before: card.nextElementSibling }
  card.classList.add('deal-lifted')
}

export function showOn(lane) {
  if (!held || laneOf(held.card) === lane) return
  if (lane === held.lane) lane.querySelector('.lane-deals').insertBefore(held.card, held.before)
  else lane.querySelector('.lane-deals').prepend(held.card)
  say(`Moving “${titleOf(held.card)}” from ${held.lane.dataset.lane} to ${lane.dataset.lane}.`)
}

export function putBack(words) {
  if (!held) return
  const { card, lane, before } = held
  lane.querySelector('.lane-deals').insertBefore(card, before)
  card.classList.remove('deal-lifted', 'deal-sent')
  held = undefined
  say(words ?? `“${titleOf(card)}” is back on ${lane.dataset.lane}.`)
}

export function drop() {
  const { card, lane } = held
  const to = laneOf(card)
  if (to === lane) return putBack()
  const form = card.querySelector('form.moves')
  const data = new FormData(form)
  data.set('stage', to.dataset.lane)
  return send(form, data)
}

export function dropOn(stage, card, form, data) {
  lift(card)
  const lane = [...document.querySelectorAll('[data-lane]')].find((one) => one.dataset.lane === stage)
  if (lane) showOn(lane)
  return send(form, data)
}

export function say(words) {
  document.querySelector('[data-hint] [data-words]').textContent = words
}

async function send(form, data) {
  const { card } = held
  const title = titleOf(card)
  card.classList.replace('deal-lifted', 'deal-sent')
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(data) })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (page.querySelector('[data-board]')) return turnTo(page, card.dataset.deal)
    const [head, more] = [page.querySelector('h1'), page.querySelector('h1 + p')]
    putBack(`“${title}” was not moved. ${head?.textContent ?? ''}: ${more?.textContent ?? ''}`)
  } catch {
    putBack(`“${title}” was not moved: the sandbox could not be reached. Nothing was changed.`)
  }
}

// The answer is the board as it is now, with a refusal on its card where there is one.
function turnTo(page, id) {
  held = undefined
  for (const part of ['#main', '.bar form[action="/undo"] button']) {
    document.querySelector(part).replaceChildren(...page.querySelector(part).childNodes)
  }
  document.dispatchEvent(new Event('board:turned'))
  const card = document.querySelector(`[data-deal="${CSS.escape(id)}"]`)
  card?.querySelector('.deal-refusal input:not([type=hidden]), .deal-title a')?.focus()
  if (card) say(card.querySelector('.deal-not')?.textContent.trim() ?? `“${titleOf(card)}” stands on ${card.dataset.stage}.`)
}
