// The only place that reads workbooks: the first sheet with rows, unpacked in a stream, within limits that a bomb meets first.
import { Parser } from 'htmlparser2'
import { BlobReader, configure, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js'
import { Refused } from './refused.js'
import { MOST_COLUMNS } from './table.js'

configure({ useWebWorkers: false })

const MB = 2 ** 20
export const MOST_BYTES = 50 * MB
const MOST_UNPACKED = 400 * MB // of one part
const MOST_RATIO = 200 // a sheet of equal rows packs to about a hundredth
const MOST_PARTS = 2000
const MOST_STRINGS = 60 * MB // characters
const IS_DATE = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 57])
const DAY = 24 * 60 * 60 * 1000
const BOMB = 'This workbook unpacks to far more than it holds, as a trap would. Save the sheet as CSV, and choose that.'
const TOO_LARGE = 'This workbook is too large to read here. Save the sheet as CSV, and choose that.'
const BROKEN = 'This workbook cannot be read: it is not whole. Open it, save it again as .xlsx or as CSV, and choose that.'

class Enough extends Error {}

export async function readXlsx(file, table, tell) {
  if (file.size > MOST_BYTES) throw new Refused(TOO_LARGE)
  const zip = new ZipReader(new BlobReader(file))
  try {
    return await readBook(zip, table, tell)
  } catch (fault) {
    if (fault instanceof Refused) throw fault
    throw new Refused(BROKEN)
  } finally {
    await zip.close()
  }
}

async function readBook(zip, table, tell) {
  const parts = new Map()
  for await (const entry of zip.getEntriesGenerator()) {
    if (parts.size >= MOST_PARTS) throw new Refused(BOMB)
    if (entry.encrypted) throw new Refused('This workbook is locked with a password. Save it without one, and choose that.')
    parts.set(entry.filename.replace(/^\//u, ''), entry)
  }
  const workbook = parts.get('xl/workbook.xml')
  if (!workbook) throw new Refused('This is no workbook. Choose a file that ends in .xlsx, or a CSV file.')
  const { sheets, is1904 } = await sheetsOf(parts, workbook)
  const strings = await stringsOf(parts)
  const dates = await dateStylesOf(parts)
  const notes = []
  for (const [at, sheet] of sheets.entries()) {
    const part = parts.get(sheet.path)
    if (!part) continue
    await readSheet(part, { table, strings, dates, is1904, tell })
    if (!table.first) continue
    if (sheets.length > 1) notes.push(`The workbook has ${sheets.length} sheets. Number ${at + 1} is read, the first with rows.`)
    break
  }
  return notes
}

// Feeds the XML of a part to `handlers` as it is unpacked, and stops where it grows beyond what it may.
async function walk(part, handlers, tell) {
  const most = Math.min(MOST_UNPACKED, Math.max(4 * MB, part.compressedSize * MOST_RATIO))
  if (part.uncompressedSize > most) throw new Refused(BOMB)
  const parser = new Parser(handlers, { xmlMode: true, decodeEntities: true })
  const decoder = new TextDecoder()
  let unpacked = 0
  const sink = new WritableStream({
    write(bytes) {
      unpacked += bytes.length
      if (unpacked > most) throw new Refused(BOMB)
      parser.write(decoder.decode(bytes, { stream: true }))
      tell?.(Math.min(1, unpacked / (part.uncompressedSize || unpacked)))
    },
  })
  try {
    await part.getData(sink, { useWebWorkers: false })
  } catch (fault) {
    if (!(fault instanceof Enough)) throw fault
  }
  parser.end()
}

async function sheetsOf(parts, workbook) {
  const targets = new Map()
  const relations = parts.get('xl/_rels/workbook.xml.rels')
  if (relations) {
    await walk(relations, { onopentag: (_, { Id, Target = '' }) => targets.set(Id, Target.replace(/^\/?(xl\/)?/u, 'xl/')) })
  }
  const sheets = []
  let is1904 = false
  await walk(workbook, {
    onopentag(name, attributes) {
      const tag = plain(name)
      if (tag === 'workbookPr') is1904 = ['1', 'true'].includes(attributes.date1904)
      if (tag === 'sheet') sheets.push({ path: targets.get(attributes['r:id']) ?? `xl/worksheets/sheet${sheets.length + 1}.xml` })
    },
  })
  return { sheets, is1904 }
}

async function stringsOf(parts) {
  const part = parts.get('xl/sharedStrings.xml')
  const strings = []
  if (!part) return strings
  let text = ''
  let letters = 0
  let isText = false
  await walk(part, {
    onopentag(name) {
      const tag = plain(name)
      if (tag === 'si') text = ''
      isText = tag === 't'
    },
    ontext(more) {
      if (isText) text += more
    },
    onclosetag(name) {
      const tag = plain(name)
      if (tag === 't') isText = false
      if (tag !== 'si') return
      letters += text.length
      if (letters > MOST_STRINGS) throw new Refused(TOO_LARGE)
      strings.push(text)
    },
  })
  return strings
}

// Which styles of cells write a number as a date.
async function dateStylesOf(parts) {
  const part = parts.get('xl/styles.xml')
  const styles = []
  if (!part) return styles
  const formats = new Set(IS_DATE)
  let isCells = false
  await walk(part, {
    onopentag(name, attributes) {
      const tag = plain(name)
      const id = Number(attributes.numFmtId)
      if (tag === 'numFmt' && /[dmyh]/iu.test((attributes.formatCode ?? '').replace(/"[^"]*"|\[[^\]]*\]|\\./gu, ''))) formats.add(id)
      if (tag === 'cellXfs') isCells = true
      if (tag === 'xf' && isCells) styles.push(formats.has(id))
    },
    onclosetag(name) {
      if (plain(name) === 'cellXfs') isCells = false
    },
  })
  return styles
}

// Of a formula only the value counts that was stored with it.
async function readSheet(part, { table, strings, dates, is1904, tell }) {
  let cells = []
  let cell = null
  let isValue = false
  let isEnough = false
  const handlers = {
    onopentag(name, attributes) {
      const tag = plain(name)
      if (tag === 'row') cells = []
      else if (tag === 'c') cell = { at: placeOf(attributes.r) ?? cells.length, kind: attributes.t, style: Number(attributes.s), text: '' }
      else if (cell && (tag === 'v' || tag === 't')) isValue = true
    },
    ontext(more) {
      if (isValue && cell.text.length < 10_000) cell.text += more
    },
    onclosetag(name) {
      const tag = plain(name)
      if (tag === 'v' || tag === 't') isValue = false
      else if (tag === 'c' && cell) {
        // One cell beyond those that are used says that there are more.
        const at = Math.min(cell.at, 20_000)
        while (cells.length < at) cells.push('')
        cells[at] = at < MOST_COLUMNS ? written(cell) : 'x'
        cell = null
      } else if (tag === 'row' && !isEnough) isEnough = !table.add(cells)
    },
  }
  await walk(part, handlers, (share) => {
    if (isEnough) throw new Enough()
    tell(share, table.rows)
  })

  function written({ kind, style, text }) {
    if (kind === 's') return strings[Number(text)] ?? ''
    if (kind === 'b') return text === '1' ? 'true' : 'false'
    if (kind === 'e') return ''
    if (!kind || kind === 'n') return dates[style] && text !== '' && !Number.isNaN(Number(text)) ? dateOf(Number(text)) : text
    return text
  }

  function dateOf(days) {
    const epoch = is1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30)
    const moment = new Date(epoch + days * DAY)
    return Number.isNaN(moment.getTime()) ? '' : moment.toISOString().slice(0, 10)
  }
}

function plain(name) {
  return name.slice(name.indexOf(':') + 1)
}

function placeOf(reference) {
  const letters = /^[A-Z]{1,3}/u.exec(reference ?? '')?.[0]
  if (!letters) return null
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}
