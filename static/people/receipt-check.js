// Checks a receipt here, as portal/people/receipts/verdict.py does on the server; the keys came with the page, so it
// works without a network. Where the browser has no Ed25519, the form sends the receipt to the server instead.
const MOST_BYTES = 256 * 1024
const CHECKS = ['readable', 'key', 'signature', 'words', 'ledger', 'checkpoint']
const OUTCOMES = { withdrawn: 'withdrawn', expired: 'lapsed', erased: 'erased' }
const STATES = { requested: 'asked for, not confirmed', confirmed: 'agreed', withdrawn: 'withdrawn', expired: 'never confirmed', erased: 'erased' }
const bytes = (text) => new TextEncoder().encode(text)

export function checkReceipts() {
  const form = document.querySelector('form[data-check]')
  if (form) watch(form)
}

function watch(form) {
  const { file, text } = form.elements
  const keys = JSON.parse(form.dataset.keys)
  const isAble = hasEd25519()
  isAble.then((able) => (form.querySelector('[data-without]').hidden = able))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (!(await isAble)) return form.submit()
    const handedIn = file.files[0] ? await read(file.files[0]) : text.value
    if (handedIn.trim()) return show(handedIn, keys)
    file.focus()
  })
  file.addEventListener('change', () => {
    text.value = ''
    if (file.files[0]) form.requestSubmit()
  })
  text.addEventListener('input', () => (file.value = ''))
  for (const name of ['dragover', 'dragleave', 'drop']) {
    form.addEventListener(name, (event) => {
      event.preventDefault()
      form.toggleAttribute('data-over', name === 'dragover')
    })
  }
  form.addEventListener('drop', (event) => {
    if (!event.dataTransfer.files.length) return
    file.files = event.dataTransfer.files
    file.dispatchEvent(new Event('change'))
  })
}

async function hasEd25519() {
  try {
    await crypto.subtle.importKey('raw', new Uint8Array(32), 'Ed25519', false, ['verify'])
    return true
  } catch {
    return false
  }
}

async function read(file) {
  return file.size > MOST_BYTES ? '?' : file.text() // more than any receipt holds
}

async function show(text, keys) {
  const verdict = await judge(text, keys)
  const now = verdict.failed ? null : await standing(verdict.document)
  const outcome = verdict.failed === 'readable' ? 'unreadable' : verdict.failed ? 'changed' : (OUTCOMES[now.state] ?? 'genuine')
  const parts = [clone(`[data-outcome="${outcome}"]`)]
  parts[0].querySelector('[data-standing]').textContent = now?.words ?? ''
  if (now) parts.push(words(verdict.document))
  const list = document.createElement('ul')
  list.className = 'rows checks'
  list.append(...CHECKS.map((check) => clone(`[data-check-row="${check} ${resultOf(check, verdict)}"]`)))
  const section = document.querySelector('[data-checked]')
  section.querySelector('[data-checked-body]').replaceChildren(...parts, list)
  section.hidden = false
  section.querySelector('h2').focus()
  section.scrollIntoView({ block: 'start' })
}

function resultOf(check, verdict) {
  if (verdict.passed.includes(check)) return 'holds'
  if (check === verdict.failed) return 'fails'
  return verdict.failed ? 'skipped' : 'unknown'
}

function words(receipt) {
  const article = clone('[data-words]')
  article.querySelector('[data-title]').textContent = receipt['dpv:hasPurpose']['dct:title']
  article.querySelector('[data-said]').textContent = receipt.record.shown.words
  return article
}

function clone(selector) {
  return document.querySelector(`template${selector}`).content.cloneNode(true)
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

async function judge(text, keys) {
  const passed = []
  try {
    const receipt = JSON.parse(text)
    for (const check of CHECKS) {
      const holds = await HOLDS[check](receipt, keys)
      if (holds === false) return { passed, failed: check }
      if (holds) passed.push(check)
    }
    return { passed, document: receipt }
  } catch {
    return { passed, failed: CHECKS[passed.length] }
  }
}

const HOLDS = {
  readable: (receipt) => receipt['@type'] === 'dpv:ConsentReceipt' && typeof receipt.proof === 'object' && receipt.proof !== null,
  key: (receipt, keys) => Object.hasOwn(keys, receipt.proof.key),
  signature: ({ proof: { value, ...proof }, ...rest }, keys) =>
    /^[0-9a-f]{128}$/.test(value) && isSigned(bytes(canonical({ ...rest, proof })), value, keys[proof.key]),
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

async function isSigned(message, signature, key) {
  const published = await crypto.subtle.importKey('raw', unhex(key), 'Ed25519', false, ['verify'])
  return crypto.subtle.verify('Ed25519', published, unhex(signature), message)
}

// JSON with sorted keys and no spaces, as portal/people/consent/envelope.py writes it.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

async function sha256(...parts) {
  return crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer())
}

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const unhex = (text) => new Uint8Array(text.match(/../g).map((pair) => parseInt(pair, 16)))
