// Files as people have them, read as the worker of the page reads them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TextReader } from '@zip.js/zip.js'
import { read } from '../../../static/sandbox/shapes/reading.js'
import { Refused } from '../../../static/sandbox/shapes/refused.js'
import { csv, HEADINGS, number, people, utf16, words, workbook, zip } from './files.mjs'

const nothing = () => {}
const readText = (text) => read(new Blob([text]), nothing)
const names = (told) => told.columns.map((column) => column.name)
const kinds = (told) => told.columns.map((column) => column.kind)
const refuses = (file, words) => assert.rejects(read(file, nothing), (fault) => fault instanceof Refused && words.test(fault.message))

test('a plain file gives names, kinds, fill rates, months and the values that are seen often', async () => {
  const told = await readText(csv([HEADINGS, ...people(300)]))
  assert.deepEqual(names(told), HEADINGS)
  assert.deepEqual(kinds(told), ['names', 'email', 'choice', 'money', 'date'])
  assert.equal(told.rows, 300)
  assert.deepEqual(told.columns[2].values, ['Closed Won', 'New', 'Working'])
  assert.deepEqual([told.columns[4].from, told.columns[4].to], ['2025-01', '2025-09'])
  assert.deepEqual(told.notes, [])
})

test('nothing of anybody is in what the page is told', async () => {
  const told = JSON.stringify(await readText(csv([HEADINGS, ...people(300)])))
  for (const planted of ['Jane', 'Rosewater', 'gmail', '10.50']) assert.ok(!told.includes(planted), planted)
})

test('a first row of data or of people is no row of headings', async () => {
  for (const first of [people(1)[0], ['Jane', 'x', 'New', '1', 'y'], ['A', 'B', 'New', 'C', 'D']]) {
    const told = await readText(csv([first, ...people(30)]))
    assert.deepEqual(names(told), ['Column 1', 'Column 2', 'Column 3', 'Column 4', 'Column 5'])
    assert.equal(told.rows, 31)
    assert.match(told.notes.join(), /looks like data/)
  }
})

test('a heading that is empty, twice there or a number is numbered alone', async () => {
  const told = await readText(csv([['Status', '', 'Status', '2024'], ...Array(9).fill(['a', 'b', 'c', 'd'])]))
  assert.deepEqual(names(told), ['Status', 'Column 2', 'Column 3', 'Column 4'])
})

test('values leave for no column of names, addresses, numbers or ids, nor one seen fewer than five times', async () => {
  const rows = Array.from({ length: 60 }, (_, at) => [
    ['Tom Baker', 'Ann Lee'][at % 2], ['a@shop.com', 'b@shop.com'][at % 2], ['503 234 6789', '503 234 1111'][at % 2],
    `K-${100000 + (at % 3)}`, at < 4 ? 'Rare' : 'Often', 'Zoltán Quux',
  ])
  const told = await readText(csv([['Owner', 'Mail', 'Mobile', 'Code', 'Answer', 'Handled'], ...rows]))
  assert.deepEqual(kinds(told), ['names', 'email', 'phone', 'text', 'choice', 'names'])
  assert.deepEqual(told.columns.map((column) => column.values), [[], [], [], [], ['Often'], []])
})

test('a month is told of five dates or more at each end', async () => {
  const rows = [['1931-02-03'], ...Array(20).fill(['2024-05-01']), ...Array(6).fill(['2025-01-01']), ['2077-01-01']]
  const [column] = (await readText(csv([['Day'], ...rows]))).columns
  assert.deepEqual([column.from, column.to], ['2024-05', '2025-01'])
  const [few] = (await readText(csv([['Day'], ['2024-05-01'], ['2025-05-01']]))).columns
  assert.deepEqual([few.kind, few.from, few.to], ['date', null, null])
})

test('days before months and months before days are told apart', async () => {
  const read = async (day) => (await readText(csv([['Day'], ...Array(9).fill([day])], ';'))).columns[0].from
  assert.equal(await read('3/25/2025'), '2025-03')
  assert.equal(await read('25/03/2025'), '2025-03')
  assert.equal(await read('05.03.2025'), '2025-03')
})

test('marks and encodings: UTF-8 with its mark, UTF-16 either way with and without, Windows-1252', async () => {
  const text = csv([['Größe', 'Stand'], ...Array(9).fill(['groß', 'älter'])], ';')
  const files = [`\uFEFF${text}`, utf16(`\uFEFF${text}`, { isBig: false }), utf16(`\uFEFF${text}`, { isBig: true }), utf16(text, { isBig: false }), utf16(text, { isBig: true })]
  for (const file of files) assert.deepEqual(names(await readText(file)), ['Größe', 'Stand'])
  const told = await readText(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))
  assert.deepEqual(names(told), ['Größe', 'Stand'])
  assert.match(told.notes.join(), /Windows-1252/)
})

test('delimiters, quotes, line ends and empty lines', async () => {
  for (const delimiter of [',', ';', '\t', '|']) {
    const told = await readText(csv([['"Sta""te"', 'Kind'], ['"a', 'b"', 'c'], ...Array(9).fill(['x', 'y'])], delimiter))
    assert.deepEqual(names(told), ['Sta"te', 'Kind'])
    assert.equal(told.rows, 10)
  }
  assert.equal((await readText('A,B\n\n1,x\n\n\n2,y\n')).rows, 2)
})

test('a quotation mark that is never closed loses no row', async () => {
  const told = await readText(csv([['State', 'Size'], ['a', '5" wide'], ['b', '"never closed'], ...Array(50).fill(['c', 'd'])]))
  assert.equal(told.rows, 52)
  assert.match(told.notes.join(), /row \d+ is never closed/)
})

test('ragged rows keep every cell, and are counted', async () => {
  const told = await readText('A,B\n1,x,more\n2\n3,y\n')
  assert.equal(told.columns.length, 3)
  assert.equal(told.columns[2].name, 'Column 3')
  assert.equal(told.columns[1].filled, 70)
  assert.match(told.notes.join(), /2 rows have more or fewer/)
})

test('five hundred columns: the first sixty are used, and it is said', async () => {
  const row = (word) => Array.from({ length: 500 }, (_, at) => `${word} ${at}x`)
  const told = await readText(csv([row('Heading'), row('cell'), row('cell')]))
  assert.equal(told.columns.length, 60)
  assert.match(told.notes.join(), /500 columns. The first 60/)
})

test('a hundred thousand rows are read, with progress, and what is beyond is left alone', async () => {
  const said = []
  const file = new Blob([csv([HEADINGS, ...people(100_010)])])
  const told = await read(file, (share, rows) => said.push([share, rows]))
  assert.equal(told.rows, 100_000)
  assert.match(told.notes.join(), /first 100,000 rows were read/)
  assert.ok(said.length > 1 && said.every(([share]) => share <= 1))
})

test('what holds nothing, or is no table, is refused in words', async () => {
  await refuses(new Blob([]), /empty/)
  await refuses(new Blob(['\n\n\n']), /no rows/)
  await refuses(new Blob(['Name,Status\n']), /no rows/)
  await refuses(new Blob([Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 1, 2, 3, 4)]), /old kind/)
  await refuses(new Blob(['%PDF-1.7 and so on']), /no table/)
  await refuses(new Blob(['abc\u0000\u0000\u0000def']), /not text/)
  await refuses(await zip({ 'readme.txt': 'hello' }), /no workbook/)
  await refuses((await workbook([[words('A')]])).slice(0, 200), /not whole/)
  await refuses(await workbook([[words('A')]], {}, { password: 'x' }), /password/)
})

test('a workbook gives what the same CSV gives; dates are dates by their style', async () => {
  const rows = people(60).map(([name, mail, status, , created], at) => [
    words(name), words(mail), words(status), number(at * 10), number(45660 + (created ? at : 0), 1),
  ])
  const told = await read(await workbook([HEADINGS.map(words), ...rows]), nothing)
  assert.deepEqual(names(told), HEADINGS)
  assert.deepEqual(kinds(told), ['names', 'email', 'choice', 'money', 'date'])
  assert.equal(told.columns[4].from, '2025-01')
})

test('shared strings, gaps, prefixes and formulas: of a formula the stored value counts', async () => {
  const shared = '<sst><si><t>Status</t></si><si><r><t>Ne</t></r><r><t>w &amp; hot</t></r></si></sst>'
  const row = (at) => [`<x:c r="A${at}" t="s"><x:v>1</x:v></x:c>`, `<x:c r="C${at}"><x:f>WEBSERVICE("https://x")</x:f><x:v>5</x:v></x:c>`, `<x:c r="D${at}" t="str"><x:f>A1</x:f><x:v>old</x:v></x:c>`]
  const told = await read(
    await workbook([['<c t="s"><v>0</v></c>', words('Gap'), words('Sum'), words('Age')], ...Array.from({ length: 9 }, (_, at) => row(at + 2))], { 'xl/sharedStrings.xml': shared }),
    nothing,
  )
  assert.deepEqual(names(told), ['Status', 'Gap', 'Sum', 'Age'])
  assert.deepEqual(told.columns[0].values, ['New & hot'])
  assert.deepEqual(kinds(told), ['choice', 'text', 'number', 'choice'])
  assert.equal(told.columns[1].filled, 0)
})

test('a workbook with five hundred columns or a cell far out does no harm', async () => {
  const row = (word) => Array.from({ length: 500 }, () => words(word))
  const told = await read(await workbook([row('Heading'), row('x'), [`<c r="XFD3"><v>1</v></c>`]]), nothing)
  assert.equal(told.columns.length, 60)
  assert.match(told.notes.join(), /first 60/)
})

test('a bomb is refused before it is unpacked, also where it lies about its size', async () => {
  const zeros = new TextReader('0'.repeat(40 * 2 ** 20))
  const bomb = await workbook([[words('A')]], { 'xl/worksheets/sheet1.xml': zeros })
  assert.ok(bomb.size < 100_000)
  await refuses(bomb, /trap/)
  const bytes = new Uint8Array(await bomb.arrayBuffer())
  const size = 40 * 2 ** 20
  for (let at = 0; at < bytes.length - 4; at++) { // wherever the size stands, say that it is small
    if (new DataView(bytes.buffer).getUint32(at, true) === size) new DataView(bytes.buffer).setUint32(at, 1000, true)
  }
  await refuses(new Blob([bytes]), /trap|not whole/)
})

test('entities of a workbook are not expanded', async () => {
  const laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'
  const told = await read(await workbook([[words('State')], ...Array(9).fill(['<c t="s"><v>0</v></c>'])], { 'xl/sharedStrings.xml': laughs }), nothing)
  assert.deepEqual(told.columns[0].values, ['&b;'])
})
