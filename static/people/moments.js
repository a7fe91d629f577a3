// The moments of a recording: each shows itself beneath the picture at its time. It holds nothing up, and leaves again.
import { shown as clock } from './player/words.js'
import { followRecording } from './transcript.js'

const STAYS = 25 // seconds of the recording, unless somebody is at it
const UNFOLDED = new Set(['question', 'poll'])

export function offerMoments(player) {
  const place = document.querySelector('[data-now]')
  if (!place) return
  const video = player.querySelector('video')
  const part = (name) => place.querySelector(`[data-part=${name}]`)
  const moments = [...document.querySelectorAll('.moment')].map(read)
  const dismissed = new Set()
  let current

  for (const event of ['timeupdate', 'seeking']) video.addEventListener(event, follow)
  part('unfold').addEventListener('click', unfold)
  part('dismiss').addEventListener('click', dismiss)
  place.addEventListener('keydown', ({ key }) => key === 'Escape' && current && dismiss())
  document.addEventListener('submit', ({ target }) => target.target === '_blank' && video.pause()) // it waits for who leaves
  follow()

  function follow() {
    const now = video.currentTime || Number(player.dataset.start ?? 0)
    const due = moments.findLast((one) => one.from <= now && now < one.from + STAYS)
    if (current && isHeld()) return
    if (due !== current) show(dismissed.has(due) ? undefined : due)
    if (!current) tellNext(moments.find((one) => one.from > now))
  }

  // Who has unfolded it, or whose focus is in it, keeps it.
  function isHeld() {
    return !part('card').hidden || place.contains(document.activeElement)
  }

  function show(moment) {
    if (moment === current) return
    current = moment
    place.dataset.is = moment ? 'now' : 'idle'
    part('words').replaceChildren(...(moment ? words(moment) : []))
    part('acts').hidden = !moment
    part('place').replaceChildren(...(moment ? copies(moment.element, '[data-part=act]') : []))
    part('unfold').hidden = !moment || !UNFOLDED.has(moment.kind)
    fold()
  }

  function tellNext(moment) {
    const all = Object.assign(document.createElement('a'), { href: '#moments', textContent: 'All moments of this recording' })
    part('next').replaceChildren(moment ? `${moment.label} at ${clock(moment.from)}: ${moment.title}` : all)
  }

  function unfold() {
    if (!part('card').hidden) return fold()
    part('card').replaceChildren(...copies(current.element, '[data-part=body]'))
    part('card').hidden = false
    followRecording(part('card'))
    part('unfold').setAttribute('aria-expanded', 'true')
    part('card').querySelector('summary, input')?.focus()
  }

  function fold() {
    part('card').hidden = true
    part('card').replaceChildren()
    part('unfold').setAttribute('aria-expanded', 'false')
  }

  function dismiss() {
    const isFocused = place.contains(document.activeElement)
    dismissed.add(current)
    show(undefined)
    if (isFocused) player.focus()
    follow()
  }
}

function read(element) {
  const text = (name) => element.querySelector(`summary [data-part=${name}]`).textContent
  return { element, kind: element.dataset.kind, from: Number(element.dataset.from), label: text('label'), title: text('title') }
}

function words({ label, title }) {
  const kind = Object.assign(document.createElement('small'), { textContent: label })
  return [kind, title]
}

function copies(element, selector) {
  return [...element.querySelectorAll(selector)].map((one) => one.cloneNode(true))
}

// A poll is answered in place; what its own page says of it then stands wherever it is asked.
export function offerPolls() {
  document.addEventListener('submit', (sent) => {
    const form = sent.target
    const poll = form.closest('.poll')
    if (!poll) return
    sent.preventDefault()
    answer(form, poll.dataset.poll).catch(() => form.submit()) // as it goes without us
  })
}

async function answer(form, id) {
  const buttons = form.querySelectorAll('button')
  for (const button of buttons) button.disabled = true // a second press is no second answer
  const body = new URLSearchParams(new FormData(form))
  const page = new DOMParser().parseFromString(await (await fetch(form.action, { method: 'POST', body })).text(), 'text/html')
  const found = page.querySelector('.poll-result, .poll')
  if (!found) throw new Error('It is another page.')
  const here = form.closest('.poll')
  for (const poll of document.querySelectorAll(`.poll[data-poll="${id}"]`)) {
    const told = found.cloneNode(true)
    poll.replaceWith(told)
    if (poll === here) told.querySelector('[data-part=told], input')?.focus()
  }
}
