// The only place in the browser that says what looks like somebody's name, address or number; the server asks the same
// of what arrives (portal/sandbox/shapes/spying.py), by the same words.
import words from './words.json' with { type: 'json' }

const [GIVEN, FAMILY, ORDINARY, PERSONS] = ['given', 'family', 'ordinary', 'persons'].map((list) => new Set(words[list].split(' ')))
// What a column of a person's says, such as “Contact status”, is no name.
const OF_A_THING = new Set('status type stage region source level group team role title count method category segment country city state priority channel'.split(' '))
const TITLES = new Set('mr mrs ms miss dr prof herr frau mme señor señora'.split(' '))
const LETTERS = /^\p{L}[\p{L}\p{M}'’.-]*$/u
const CAPITAL = /^\p{Lu}/u
const LONG_NUMBER = /\p{Nd}(?:[\s().\/-]?\p{Nd}){5,}/u

// A given name alone, a family name alone, or both beside each other with nothing ordinary among them.
export function looksLikeName(text) {
  const parts = partsOf(text)
  if (!parts.length || parts.length > 4 || !parts.every((part) => LETTERS.test(part))) return false
  const plain = parts.map(plainly)
  if (plain.length > 1 && TITLES.has(plain[0])) return true
  if (plain.length > 1 && plain.some((part) => ORDINARY.has(part))) return false
  return plain.some((part) => GIVEN.has(part) || FAMILY.has(part))
}

// Two or three capitalised words that nobody knows: a name in many lists, a company in others.
export function couldBeName(text) {
  const parts = partsOf(text)
  if (parts.length < 2 || parts.length > 3) return false
  return parts.every((part) => LETTERS.test(part) && CAPITAL.test(part) && !ORDINARY.has(plainly(part)))
}

// What reaches or identifies somebody by itself: an address, or six digits in a row however they are grouped.
export function looksReachable(text) {
  return text.includes('@') || LONG_NUMBER.test(text.normalize('NFKC'))
}

export function isPersonsColumn(name) {
  const parts = name.toLowerCase().split(/[^\p{L}]+/u)
  if (parts.some((part) => PERSONS.has(part))) return !OF_A_THING.has(parts.filter(Boolean).at(-1))
  const isName = parts.includes('name') || parts.includes('names')
  const isOfThing = /compan|firm|account|organi[sz]|product|campaign|event|file|list|deal|project|brand|store|shop|plan/iu.test(name)
  return (isName && !isOfThing) || /\b(by|von)$/iu.test(name.trim())
}

function partsOf(text) {
  return text.normalize('NFC').trim().split(/[\s,;/&]+/u).filter(Boolean)
}

function plainly(part) {
  return part.toLowerCase().replace(/[.’]/gu, (sign) => (sign === '.' ? '' : "'"))
}
