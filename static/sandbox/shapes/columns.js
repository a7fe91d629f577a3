// The only place that finds out what a column holds, a cell at a time, without keeping its cells.
import { couldBeName, isPersonsColumn, looksLikeName, looksReachable } from './names.js'

export const LEAST_SEEN = 5
export const MOST_VALUES = 30
export const MOST_LETTERS = 40 // of a value that may leave, and of a column's name
const MOST_KEPT = 500 // different values of a column: above it, it is no choice
const MOST_KEPT_LETTERS = 60

const EMAIL = /\S@\S/u
const FLAG = /^(yes|no|true|false|y|n|ja|nein|oui|non|sí|si|on|off)$/iu
const MONEY = /^[-(]?\s*([$€£¥]|usd|eur|gbp|chf)\s*[-+]?[\d.,' ]*\d\s*\)?$|^[-+]?\d[\d.,' ]*\s*([$€£¥]|usd|eur|gbp|chf)$/iu
const NUMBER = /^[-+]?(\d{1,3}([,.' ]\d{3})+|\d+)([.,]\d+)?\s?%?$/u
const PHONE = /^(\+|00)?[\s(]*\d[\d\s().\/-]{5,}\d(\s*(x|ext\.?)\s*\d+)?$/iu
const ISO = /^(\d{4})[-/.](\d{1,2})[-/.]\d{1,2}([T ]\S*.*)?$/u
const PARTS = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})([T, ]+\S*.*)?$/u
const WORDED = /^(?:\d{1,2}\.?\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}*\.?\s*(?:\d{1,2}(?:st|nd|rd|th)?,?)?\s+(\d{4})/iu
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

const HINTS = [
  ['email', /e-?mail|courriel/iu],
  ['phone', /phone|mobile|cell\b|\btel|fax|handy|telefon/iu],
  ['postal', /\bzip|postal|postcode|post code|\bplz\b|\bcap\b/iu],
  ['address', /address|street|straße|strasse|adresse|calle|\brue\b/iu],
  ['id', /(^|[^\p{L}])(id|uuid|guid|key|ref|reference|nr|no|ssn|iban|tax|vat|account number)($|[^\p{L}])/iu],
  ['money', /amount|price|value|revenue|budget|cost|total|umsatz|preis|betrag/iu],
]

// What one cell says by itself.
export function kindOf(cell) {
  if (EMAIL.test(cell)) return 'email'
  if (FLAG.test(cell)) return 'flag'
  if (ISO.test(cell) || PARTS.test(cell) || WORDED.test(cell)) return 'date'
  if (MONEY.test(cell)) return 'money'
  if (NUMBER.test(cell) && !/^(\+|00)\d/u.test(cell)) return 'number'
  if (PHONE.test(cell) && cell.replace(/\D/gu, '').length <= 17) return 'phone'
  return 'text'
}

export class Column {
  constructor() {
    this.filled = 0
    this.kinds = new Map()
    this.seen = new Map() // value: [times, kind], for as many as are kept
    this.isWide = false // more different values than are kept
    this.months = [new Map(), new Map()] // read as month/day, and as day/month
    this.isDayFirst = 0
  }

  add(raw) {
    const cell = raw.trim()
    if (!cell) return
    this.filled++
    const known = this.seen.get(cell)
    if (known) known[0]++
    const kind = known?.[1] ?? kindOf(cell)
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1)
    if (kind === 'date') this.#addDate(cell)
    if (known) return
    if (this.seen.size >= MOST_KEPT || cell.length > MOST_KEPT_LETTERS) this.isWide = true
    else this.seen.set(cell, [1, kind])
  }

  // The kind of the column, how full it is in tens of percent, its months, and the values that could leave if asked.
  told(name, rows) {
    const kind = this.#kind(name)
    const filled = rows ? Math.min(100, Math.max(this.filled ? 10 : 0, Math.round((this.filled / rows) * 10) * 10)) : 0
    const months = kind === 'date' ? this.#spread() : null
    return { kind, filled, from: months?.[0] ?? null, to: months?.[1] ?? null, values: kind === 'choice' ? this.#values() : [] }
  }

  // Whether a cell of the first row is a value of its column, too.
  has(cell) {
    return (this.seen.get(cell.trim())?.[0] ?? 0) > 1
  }

  #addDate(cell) {
    const iso = ISO.exec(cell)
    const worded = iso ? null : WORDED.exec(cell)
    if (iso || worded) {
      const month = iso ? Number(iso[2]) : MONTHS.indexOf(worded[1].toLowerCase().slice(0, 3)) + 1
      for (const months of this.months) note(months, Number(iso ? iso[1] : worded[2]), month)
      return
    }
    const [, first, second, written] = PARTS.exec(cell)
    const year = written.length === 2 ? 2000 + Number(written) - (Number(written) > 69 ? 100 : 0) : Number(written)
    if (cell.includes('.') || Number(first) > 12) this.isDayFirst++
    if (Number(second) > 12) this.isDayFirst--
    note(this.months[0], year, Number(first))
    note(this.months[1], year, Number(second))
  }

  // Months with the first and the last four dates left out, so that no month is that of one of a few leads.
  #spread() {
    const months = [...this.months[this.isDayFirst > 0 ? 1 : 0]].sort(([one], [other]) => (one < other ? -1 : 1))
    const reached = (list) => {
      let dates = 0
      for (const [month, times] of list) if ((dates += times) >= LEAST_SEEN) return month
      return null
    }
    const from = reached(months)
    const to = reached(months.reverse())
    return from && to && from <= to ? [from, to] : null
  }

  #kind(name) {
    const share = (kind) => (this.kinds.get(kind) ?? 0) / (this.filled || 1)
    const hint = HINTS.find(([, pattern]) => pattern.test(name))?.[0]
    if (!this.filled) return hint === 'money' ? 'money' : (hint ?? 'text')
    if (share('email') >= 0.5 || hint === 'email') return 'email'
    if (share('date') >= 0.8) return 'date'
    if (hint === 'phone' || share('phone') >= 0.3) return 'phone'
    if (this.#looksLikeNames(name)) return 'names'
    if (hint === 'postal' || hint === 'address' || hint === 'id') return hint
    if (share('email') > 0) return 'text'
    if (share('flag') >= 0.9) return 'flag'
    const numbers = share('number') + share('money')
    if (numbers >= 0.8) return hint === 'money' || share('money') >= 0.2 ? 'money' : 'number'
    return this.#isChoice() ? 'choice' : 'text'
  }

  #looksLikeNames(name) {
    const values = [...this.seen].filter(([, [, kind]]) => kind === 'text').map(([value]) => value)
    if (!values.length) return false
    if (isPersonsColumn(name)) return true
    const likely = values.filter(looksLikeName).length
    return likely >= Math.max(1, values.length * 0.1) || values.filter(couldBeName).length >= values.length / 2
  }

  #isChoice() {
    return !this.isWide && this.#values().length > 0
  }

  // Seen five times or more, short, and nothing that could be somebody; in the order of the alphabet, which tells nothing.
  #values() {
    return [...this.seen]
      .filter(([value, [times]]) => times >= LEAST_SEEN && mayLeave(value))
      .sort(([, [one]], [, [other]]) => other - one)
      .slice(0, MOST_VALUES)
      .map(([value]) => value)
      .sort()
  }
}

export function mayLeave(value) {
  return value.length <= MOST_LETTERS && !looksReachable(value) && !looksLikeName(value) && !/[\p{C}]/u.test(value)
}

function note(months, year, month) {
  if (year < 1900 || year > 2100 || month < 1 || month > 12) return
  const key = `${year}-${String(month).padStart(2, '0')}`
  months.set(key, (months.get(key) ?? 0) + 1)
}
