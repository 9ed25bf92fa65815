import t from 'tap'
import { type Cell, type Column, csvOf, csvStream, decimalOf } from '../../central/api/csv.ts'

const COLUMNS: Column<Cell>[] = [{ en: 'cell', zh: '单元格', of: cell => cell }]
const cellOf = (cell: Cell): string => csvOf(COLUMNS, 'en', [cell]).replace('\ufeffcell\r\n', '').replace(/\r\n$/, '')

t.test('text that a spreadsheet would run is disarmed; our own numbers stay numbers', async t => {
  for (const sign of ['=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20'])
    t.equal(cellOf(`${sign}1+1`), `'${sign}1+1`)
  t.equal(cellOf('\t=1'), `'\t=1`)
  t.equal(cellOf('\r=1'), `"'\r=1"`)
  t.equal(cellOf('\n=1'), `"'\n=1"`)
  t.equal(cellOf(-5), '-5')
  t.equal(cellOf({ amount: -150, currency: 'CNY' }), '-1.50')
  t.equal(cellOf('a-b'), 'a-b')
  t.equal(cellOf(null), '')
})

t.test('what would end a cell or a row is quoted, a lone CR or LF too', async t => {
  t.equal(cellOf('a,b'), '"a,b"')
  t.equal(cellOf('say "yes"'), '"say ""yes"""')
  for (const end of ['\n', '\r', '\r\n']) t.equal(cellOf(`a${end}b`), `"a${end}b"`)
})

t.test('heads are in the language of the reader, after the mark by which Excel knows UTF-8', async t => {
  t.equal(csvOf(COLUMNS, 'zh', []), '\ufeff单元格\r\n')
})

t.test('in pieces it is the same file', async t => {
  async function* pages() {
    yield [1, 2]
    yield []
    yield ['=3']
  }
  let text = ''
  for await (const piece of csvStream(COLUMNS, 'en', pages())) text += piece
  t.equal(text, csvOf(COLUMNS, 'en', [1, 2, '=3']))
})

t.test('minor units as decimals', async t => {
  t.same([0, 5, -5, 1890, -1890].map(decimalOf), ['0.00', '0.05', '-0.05', '18.90', '-18.90'])
})
