// Checks a certificate here, as portal/people/paths/certificate.py does on the server.
import { clone, judge, showChecked, takeIn } from './handing-in.js'
import { isDocumentSigned } from './signed.js'

const CHECKS = ['readable', 'key', 'signature']
const TYPE = 'schema:EducationalOccupationalCredential'

export function checkCertificates() {
  const form = document.querySelector('form[data-check=certificate]')
  if (form) takeIn(form, show)
}

async function show(text, keys) {
  const verdict = await judge(text, keys, CHECKS, HOLDS)
  const outcome = verdict.failed === 'readable' ? 'unreadable' : verdict.failed ? 'changed' : 'genuine'
  const parts = [clone(`[data-outcome="${outcome}"]`)]
  if (!verdict.failed) parts.push(drawn(verdict.document))
  showChecked(parts, CHECKS, verdict)
}

const HOLDS = {
  readable: (told) => told['@type'] === TYPE && typeof told.proof === 'object' && told.proof !== null,
  key: (told, keys) => Object.hasOwn(keys, told.proof.key),
  signature: (told, keys) => isDocumentSigned(told, keys[told.proof.key]),
}

function drawn(told) {
  const paper = clone('[data-certificate]')
  const path = told['schema:about']
  const words = {
    title: told['schema:name'],
    attests: told.attests,
    day: told['dct:issued']['@value'],
    number: told['dct:identifier'],
    version: path.version_sha256,
    key: told.proof.key,
  }
  for (const [name, said] of Object.entries(words)) paper.querySelector(`[data-${name}]`).textContent = said
  paper.querySelector('[data-teaches]').replaceChildren(...path['schema:teaches'].map(line))
  if (told.name) {
    paper.querySelector('[data-name] span').textContent = told.name.typed
    for (const name of ['name', 'unchecked']) paper.querySelector(`[data-${name}]`).hidden = false
  }
  return paper
}

function line(said) {
  const item = document.createElement('li')
  item.textContent = said
  return item
}
