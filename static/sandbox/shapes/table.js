// The only place that makes a shape's columns of the rows of a file, whichever kind of file they come from.
import { Column, kindOf, MOST_LETTERS } from './columns.js'
import { looksLikeName, looksReachable } from './names.js'

export const MOST_COLUMNS = 60
export const MOST_ROWS = 100_000

export class Table {
  constructor() {
    this.reset()
  }

  // Forgets everything, to be filled anew.
  reset() {
    this.rows = 0 // of data, empty ones not counted
    this.columns = []
    this.first = null
    this.widest = 0
    this.ragged = 0
    this.isCut = false // there were more rows
  }

  // False where no more rows are wanted.
  add(cells) {
    if (!cells.some((cell) => cell.trim())) return true
    if (this.first && this.rows >= MOST_ROWS) {
      this.isCut = true
      return false
    }
    while (cells.length > 1 && !cells.at(-1).trim() && cells.length > (this.first?.length ?? 0)) cells.pop()
    this.widest = Math.max(this.widest, cells.length)
    if (!this.first) {
      this.first = cells
      this.#widen(cells.length)
      return true
    }
    this.rows++
    if (cells.length !== this.first.length) this.ragged++
    this.#take(cells)
    return true
  }

  // Everything the page is told: no cell of the file but the values that could leave, and names of columns.
  told() {
    if (!this.first) return { rows: 0, columns: [], notes: [] }
    const isHeader = !this.#firstLooksLikeData()
    if (isHeader && !this.rows) return { rows: 0, columns: [], notes: [] }
    const notes = []
    if (!isHeader) {
      this.rows = Math.min(this.rows + 1, MOST_ROWS)
      this.#take(this.first)
      notes.push('The first row looks like data, not like headings. The columns are numbered; name them as you like.')
    }
    const names = this.columns.map((_, at) => (isHeader ? nameOf(this.first[at] ?? '', at) : `Column ${at + 1}`))
    if (isHeader && names.some((name, at) => name !== tidy(this.first[at] ?? ''))) {
      notes.push('Some headings were empty, too long, twice there or looked like data. Those columns are numbered.')
    }
    for (const [at, name] of names.entries()) if (names.indexOf(name) < at) names[at] = `Column ${at + 1}`
    if (this.widest > MOST_COLUMNS) {
      notes.push(`The file has ${this.widest.toLocaleString('en')} columns. The first ${MOST_COLUMNS} are used.`)
    }
    if (this.ragged) {
      notes.push(`${this.ragged.toLocaleString('en')} rows have more or fewer cells than the first one. Missing cells count as empty, and cells beyond the headings have columns of their own.`)
    }
    if (this.isCut) notes.push(`The first ${MOST_ROWS.toLocaleString('en')} rows were read. There are more, which were left alone.`)
    const columns = this.columns.map((column, at) => ({ name: names[at], ...column.told(names[at], this.rows) }))
    return { rows: this.rows, columns, notes }
  }

  #widen(to) {
    while (this.columns.length < Math.min(to, MOST_COLUMNS)) this.columns.push(new Column())
  }

  #take(cells) {
    this.#widen(cells.length)
    for (let at = 0; at < this.columns.length; at++) if (cells[at]) this.columns[at].add(cells[at])
  }

  // An address, a number, a date, a name, or a value that its own column has again: headings are none of these.
  #firstLooksLikeData() {
    const cells = this.first.slice(0, MOST_COLUMNS)
    const filled = cells.filter((cell) => cell.trim())
    const kinds = filled.map((cell) => kindOf(cell.trim()))
    if (kinds.some((kind) => kind === 'email' || kind === 'phone' || kind === 'date' || kind === 'money' || kind === 'flag')) return true
    if (kinds.filter((kind) => kind === 'number').length * 2 >= filled.length) return true
    return cells.some((cell, at) => looksLikeName(cell) || looksReachable(cell) || this.columns[at].has(cell))
  }
}

function nameOf(cell, at) {
  const name = tidy(cell)
  const isName = name && name.length <= MOST_LETTERS && kindOf(name) === 'text' && !/\p{C}/u.test(name)
  return isName ? name : `Column ${at + 1}`
}

function tidy(cell) {
  return cell.replace(/\s+/gu, ' ').trim()
}
