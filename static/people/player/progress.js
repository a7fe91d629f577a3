// The only place that knows where a webinar's moment is kept: this browser and, for who is signed in, their account; for
// who asked for a code to go on elsewhere, under that code.
import { forget, keep, recall } from './memory.js'

const EVERY = 15_000 // milliseconds: an account or a code is told no more often while it plays

let toldAt = -EVERY

// What other devices of theirs told counts, and that of this one is told there, too.
export async function findMoment(slug) {
  const told = account() ? Number(account().dataset.watched) : await findUnderCode(slug)
  return told || Number(recall(`webinar.${slug}`)) || 0
}

export async function keepMoment(slug, seconds, { atOnce = false } = {}) {
  keep(`webinar.${slug}`, Math.floor(seconds))
  if (atOnce || performance.now() - toldAt >= EVERY) await tell(slug, seconds)
}

export async function endMoment(slug, seconds) {
  forget(`webinar.${slug}`)
  await tell(slug, seconds)
}

export async function forgetMoment(slug) {
  forget(`webinar.${slug}`)
  const form = account()
  if (form) await post('/account/watched/forget', new FormData(form))
  else await tell(slug, 0)
}

export function isUnderCode() {
  return !account() && Boolean(code())
}

function account() {
  return document.querySelector('form[data-watched]')
}

function code() {
  return recall('resume.code')
}

async function findUnderCode(slug) {
  if (!isUnderCode()) return 0
  const answer = await fetch(`/webinars/resume/${code()}/${slug}.json`).catch(() => null)
  if (answer?.status === 404) forget('resume.code') // forgotten elsewhere, or idle for too long
  return answer?.ok ? (await answer.json()).position : 0
}

async function tell(slug, seconds) {
  const form = account()
  if (!form && !code()) return
  toldAt = performance.now()
  const said = form ? new FormData(form) : new FormData()
  said.set('position', Math.floor(seconds))
  await post(form?.action ?? `/webinars/resume/${code()}/${slug}`, said)
}

async function post(address, said) {
  const body = new URLSearchParams(said)
  await fetch(address, { method: 'POST', body, keepalive: true }).catch(() => {}) // the browser itself still knows
}
