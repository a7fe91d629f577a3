// Text as it is compared: without regard to case, accents and the kind of quotes, as portal/people/webinars/finding.py
// does it. `places[i]` is where in the text the folded character i came from.
const PLAIN = { '’': "'", '‘': "'", '“': '"', '”': '"', '„': '"', '–': '-', '—': '-', '‐': '-', '‑': '-' }

export function fold(text) {
  let folded = ''
  const places = []
  for (let place = 0; place < text.length; place++) {
    const character = PLAIN[text[place]] ?? text[place]
    for (const one of character.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')) {
      folded += one
      places.push(place)
    }
  }
  return { folded, places }
}

// The words that are looked for; the same text gives the same.
export function wordsOf(asked) {
  return fold(asked).folded.split(/\s+/u).filter(Boolean)
}

// Where the words stand in a folded text, as [start, stop] in the text itself; null where one of them does not.
export function spansOf({ folded, places }, words) {
  if (!words.every((word) => folded.includes(word))) return null
  const spans = []
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      spans.push([places[at], places[at + word.length - 1] + 1])
    }
  }
  return spans
}
