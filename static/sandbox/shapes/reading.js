// The only place that tells kinds of files apart and reads one; it runs in a worker, which its own policy lets ask nobody.
import { readCsv } from './csv.js'
import { Refused } from './refused.js'
import { Table } from './table.js'
import { readXlsx } from './xlsx.js'

// What the page is told of the file: columns, rows, notes. Throws Refused.
export async function read(file, tell) {
  if (!file.size) throw new Refused('This file is empty. Choose another one.')
  const head = new Uint8Array(await file.slice(0, 8).arrayBuffer())
  const table = new Table()
  let notes
  if (begins(head, 0x50, 0x4b)) notes = await readXlsx(file, table, tell)
  else if (begins(head, 0xd0, 0xcf, 0x11, 0xe0)) {
    throw new Refused('This workbook is of an old kind, or locked with a password. Save it as .xlsx without one, or as CSV.')
  } else if (begins(head, 0x25, 0x50, 0x44, 0x46) || begins(head, 0x89, 0x50) || begins(head, 0xff, 0xd8) || begins(head, 0x1f, 0x8b)) {
    throw new Refused('This is no table. Choose a CSV file, or a workbook saved as .xlsx.')
  } else notes = await readCsv(file, table, tell)
  const told = table.told()
  if (!told.rows) throw new Refused('There are no rows in this file. Choose another one.')
  return { ...told, notes: [...notes, ...told.notes] }
}

function begins(bytes, ...signs) {
  return signs.every((sign, at) => bytes[at] === sign)
}
