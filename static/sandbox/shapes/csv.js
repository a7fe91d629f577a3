// The only place that reads CSV and its kin: which letters, which delimiter, and what is wrong with it, in words.
import Papa from 'papaparse'
import { Refused } from './refused.js'

const MOST_BYTES = 64 * 2 ** 20
const LEAST_PIECE = 2 ** 18
const PIECES = 20 // a quotation mark that is never closed makes each be read with all before it

// Hands every row to `table`, and returns what is to be said about it. `tell` is told the share that is read.
export async function readCsv(file, table, tell) {
  const notes = []
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer())
  const bytes = new Uint8Array(await file.slice(0, MOST_BYTES).arrayBuffer())
  let text = decode(bytes, head, notes)
  const isCut = file.size > MOST_BYTES
  if (isCut) {
    text = text.slice(0, text.lastIndexOf('\n') + 1)
    notes.push('The file is larger than 64 MB. Its first 64 MB are read.')
  }
  if (text.includes('\u0000')) throw new Refused('This is not text. Choose a CSV file, or a workbook saved as .xlsx.')
  const found = parse(text, table, tell, '"')
  if (found.unclosed) {
    notes.push(`A quotation mark in row ${found.unclosed.toLocaleString('en')} is never closed, so all of them are read as ordinary characters.`)
    table.reset()
    parse(text, table, tell, '\u0000')
  }
  return notes
}

// UTF-8, with or without its mark; UTF-16 by its mark, or by every second byte being zero; else Windows' own letters.
function decode(bytes, head, notes) {
  const [one, two] = head
  if (one === 0xff && two === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (one === 0xfe && two === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (head.length === 4 && one && !two && head[2] && !head[3]) return new TextDecoder('utf-16le').decode(bytes)
  if (head.length === 4 && !one && two && !head[2] && head[3]) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: bytes.length === MOST_BYTES })
  } catch {
    notes.push('The file is not UTF-8. It is read as Windows-1252, so look whether the names of the columns are right.')
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

function parse(text, table, tell, quoteChar) {
  let unclosed = 0
  let row = 0
  Papa.parse(text, {
    quoteChar,
    escapeChar: quoteChar,
    delimitersToGuess: [',', ';', '\t', '|'],
    chunkSize: Math.max(LEAST_PIECE, Math.ceil(text.length / PIECES)),
    skipEmptyLines: true,
    chunk: ({ data, errors, meta }, parser) => {
      unclosed ||= errors.some((error) => error.code === 'MissingQuotes') ? row + data.length : 0
      if (unclosed) return parser.abort()
      for (const cells of data) {
        row++
        if (!table.add(cells)) return parser.abort()
      }
      tell(Math.min(1, meta.cursor / text.length), table.rows)
    },
  })
  return { unclosed }
}
