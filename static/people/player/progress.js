// The only place that knows where a webinar's moment is kept: this browser and, for who is signed in, their account.
import { forget, keep, recall } from './memory.js'

const EVERY = 15_000 // milliseconds: an account is told no more often while it plays

let toldAt = -EVERY

export async function findMoment(slug) {
  return Number(recall(`webinar.${slug}`)) || Number(account()?.dataset.watched) || 0
}

export async function keepMoment(slug, seconds, { atOnce = false } = {}) {
  keep(`webinar.${slug}`, Math.floor(seconds))
  if (atOnce || performance.now() - toldAt >= EVERY) await tell(seconds)
}

export async function endMoment(slug, seconds) {
  forget(`webinar.${slug}`)
  await tell(seconds)
}

export async function forgetMoment(slug) {
  forget(`webinar.${slug}`)
  const form = account()
  if (form) await post('/account/watched/forget', new FormData(form))
}

function account() {
  return document.querySelector('form[data-watched]')
}

async function tell(seconds) {
  const form = account()
  if (!form) return
  toldAt = performance.now()
  const said = new FormData(form)
  said.set('position', Math.floor(seconds))
  await post(form.action, said)
}

async function post(address, said) {
  const body = new URLSearchParams(said)
  await fetch(address, { method: 'POST', body, keepalive: true }).catch(() => {}) // the browser itself still knows
}
