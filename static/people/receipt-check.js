// Checks a receipt here, as portal/people/receipts/verdict.py does on the server; the keys came with the page, so it
// works without a network. Where the browser has no Ed25519, the form sends the receipt to the server instead.
import { clone, judge, showChecked, takeIn } from './handing-in.js'
import { bytes, canonical, hex, isDocumentSigned, isSigned, sha256, unhex } from './signed.js'

const CHECKS = ['readable', 'key', 'signature', 'words', 'ledger', 'checkpoint']
const OUTCOMES = { withdrawn: 'withdrawn', expired: 'lapsed', erased: 'erased' }
const STATES = { requested: 'asked for, not confirmed', confirmed: 'agreed', withdrawn: 'withdrawn', expired: 'never confirmed', erased: 'erased' }

export function checkReceipts() {
  const form = document.querySelector('form[data-check=receipt]')
  if (form) takeIn(form, show)
}

async function show(text, keys) {
  const verdict = await judge(text, keys, CHECKS, HOLDS)
  const now = verdict.failed ? null : await standing(verdict.document)
  const outcome = verdict.failed === 'readable' ? 'unreadable' : verdict.failed ? 'changed' : (OUTCOMES[now.state] ?? 'genuine')
  const parts = [clone(`[data-outcome="${outcome}"]`)]
  parts[0].querySelector('[data-standing]').textContent = now?.words ?? ''
  if (now) parts.push(words(verdict.document))
  showChecked(parts, CHECKS, verdict)
}

function words(receipt) {
  const article = clone('[data-words]')
  article.querySelector('[data-title]').textContent = receipt['dpv:hasPurpose']['dct:title']
  article.querySelector('[data-said]').textContent = receipt.record.shown.words
  return article
}

// Where the consent stands: as the server says now, or as it was when the file was made.
async function standing(receipt) {
  try {
    const answer = await fetch(`/receipts/${encodeURIComponent(receipt['dct:identifier'])}/state.json`)
    const { state, at } = await answer.json()
    if (answer.ok) return { state, words: `We just asked: ${STATES[state]}, since ${moment(at)}.` }
  } catch {
    // no network: what follows says so
  }
  const { state } = receipt.changes.at(-1)
  const made = moment(receipt['dct:issued']['@value'])
  return { state, words: `As of ${made}, when the file was made: ${STATES[state]}. Without a network nobody can say what came after.` }
}

const moment = (at) => new Date(at).toLocaleString('en-US', { dateStyle: 'long', timeStyle: 'short' })

const HOLDS = {
  readable: (receipt) => receipt['@type'] === 'dpv:ConsentReceipt' && typeof receipt.proof === 'object' && receipt.proof !== null,
  key: (receipt, keys) => Object.hasOwn(keys, receipt.proof.key),
  signature: (receipt, keys) => isDocumentSigned(receipt, keys[receipt.proof.key]),
  words: async ({ record: { shown } }) => hex(await sha256(bytes(shown.words))) === shown.words_sha256,
  ledger: async ({ ledger, record }) => (await leafHolds(ledger)) && canonical(headOf(record)) === canonical(JSON.parse(ledger.head)) && commits(ledger, record),
  checkpoint: ({ ledger }, keys) => ledger.inclusion && isCounted(ledger, keys),
}

async function leafHolds({ version, previous_leaf: previous, commitment, head, leaf }) {
  const label = bytes(`customerhub consent leaf ${version}\0`)
  return hex(await sha256(label, unhex(previous), unhex(commitment), bytes(head))) === leaf
}

async function commits({ opening, commitment, head }, record) {
  if (opening === null) return true // format 1
  const key = await crypto.subtle.importKey('raw', unhex(opening), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const said = bytes(`customerhub consent payload 2\0${head}\0${canonical(record)}`)
  return hex(await crypto.subtle.sign('HMAC', key, said)) === commitment
}

function headOf({ header, event }) {
  return {
    at: event.event_time,
    channel: event.channel,
    person: header.pii_principal_id,
    position: event.ledger_index,
    purpose: event.purpose,
    record: header.record_id,
    state: event.event_state,
    was: event.previous_state,
  }
}

async function isCounted({ leaf, inclusion }, keys) {
  const { checkpoint, signature, path } = inclusion
  const said = Object.fromEntries(checkpoint.split('\n').slice(1, -1).map((line) => line.split(' ', 2)))
  let above = unhex(leaf)
  for (const [side, beside] of path) {
    const pair = side === 'left' ? [unhex(beside), above] : [above, unhex(beside)]
    above = new Uint8Array(await sha256(new Uint8Array([1]), ...pair))
  }
  return hex(above) === said.root && (await isSigned(bytes(checkpoint), signature, keys[said.key]))
}
