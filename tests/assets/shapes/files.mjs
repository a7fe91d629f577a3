// Files for the tests of reading: CSV in every encoding, workbooks and bombs.
import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js'

export const HEADINGS = ['Full name', 'E-mail', 'Status', 'Amount', 'Created']

export function csv(rows, delimiter = ',') {
  return rows.map((cells) => cells.join(delimiter)).join('\r\n') + '\r\n'
}

// `count` leads of a file that holds real people.
export function people(count) {
  return Array.from({ length: count }, (_, at) => [
    `Jane${at} Rosewater`, `jane${at}@gmail.com`, ['New', 'Working', 'Closed Won'][at % 3], `$${at * 10}.50`, `2025-${String((at % 9) + 1).padStart(2, '0')}-03`,
  ])
}

export function utf16(text, { isBig }) {
  const bytes = new Uint8Array(text.length * 2)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), !isBig)
  return bytes
}

export async function zip(parts, options = {}) {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options })
  for (const [name, text] of Object.entries(parts)) await writer.add(name, typeof text === 'string' ? new TextReader(text) : text)
  return await writer.close()
}

export function workbook(cellsOfRows, more = {}, options = {}) {
  const rows = cellsOfRows.map((cells) => `<row>${cells.join('')}</row>`).join('')
  return zip({
    'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
    'xl/styles.xml': '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
    'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
    ...more,
  }, options)
}

export const words = (text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`
export const number = (value, style = 0) => `<c s="${style}"><v>${value}</v></c>`
