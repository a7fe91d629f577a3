// The only place that writes a shape down: the exact text that is shown, and then sent.
import { MOST_LETTERS } from './columns.js'
import { isPersonsColumn, looksLikeName, looksReachable } from './names.js'

export const KINDS = {
  text: 'Text', choice: 'Choice', number: 'Number', money: 'Money', date: 'Date', flag: 'Yes or no', email: 'E-mail', phone: 'Phone',
  postal: 'Postal code', address: 'Address', names: 'Names', id: 'Id',
}
// Which kinds of column a part of a lead can be taken from, and what its column is often called.
const PARTS = {
  first: [['names', 'text'], /^(first|given|fore)[\s_-]?name|^first$|vorname|prénom/iu],
  last: [['names', 'text'], /^(last|family|sur)[\s_-]?name|^last$|nachname|surname/iu],
  owner: [['names', 'text', 'choice'], /owner|rep\b|agent|assign|salesperson|manager|betreuer|vertreter/iu],
  company: [['names', 'text', 'choice'], /compan|firm|organi[sz]ation|account|employer|business/iu],
  name: [['names', 'text'], /name|contact|kontakt|ansprechpartner/iu],
  role: [['text', 'choice'], /role|title|position|job/iu],
  email: [['email'], /./u],
  phone: [['phone'], /./u],
  stage: [['choice', 'text'], /stage|status|phase|state|pipeline/iu],
  source: [['choice', 'text'], /source|channel|origin|quelle|herkunft|campaign/iu],
  tag: [['choice', 'text'], /tag|label|segment|categor|type|group/iu],
  address: [['address'], /./u],
  value: [['money', 'number'], /amount|value|revenue|budget|price|deal|total|umsatz|wert/iu],
  came: [['date'], /creat|added|since|came|first|received|date|angelegt|eingang/iu],
}

// Gives every column its `as`: the part of a lead that its name and kind suggest, each part once; null for one of its own.
export function guess(columns) {
  const free = new Set(Object.keys(PARTS))
  for (const column of columns) {
    column.as = [...free].find((part) => fits(part, column) && PARTS[part][1].test(column.name)) ?? null
    free.delete(column.as)
    if (column.as === 'first' || column.as === 'last') free.delete('name')
  }
}

export function fits(part, column) {
  return PARTS[part][0].includes(column.kind)
}

// The shape as text, with its keys in a fixed order, and of each column only what there is.
export function write({ name, leads, columns }) {
  return JSON.stringify({ shape: 1, name, leads, columns: columns.map(written) })
}

// The same text cut behind each column, for the eye; joined it is the text again.
export function lines(text) {
  return text.split(/(?<=\[)(?=\{"name")|(?<=\},)(?=\{"name")/u)
}

export function read(text) {
  const { name, leads, columns } = JSON.parse(text)
  return { name, leads, columns: columns.map((column) => ({ as: null, from: null, to: null, values: [], isSent: Boolean(column.values), ...column })) }
}

// What is wrong with a name that was typed, in words; empty where nothing is.
export function wrongWith(name, others) {
  if (!name.trim()) return 'Give this column a name.'
  if (name.length > MOST_LETTERS) return `Shorten this to ${MOST_LETTERS} letters.`
  if (looksReachable(name) || (looksLikeName(name) && !isPersonsColumn(name))) return 'This looks like somebody. Name what the column holds.'
  if (others.some((other) => other.trim().toLowerCase() === name.trim().toLowerCase())) return 'Another column has this name.'
  return ''
}

function written({ name, kind, as, filled, from, to, values, isSent }) {
  const told = { name: name.trim(), kind }
  if (as) told.as = as
  told.filled = filled
  if (from) Object.assign(told, { from, to })
  if (isSent && values.length) told.values = values
  return told
}
