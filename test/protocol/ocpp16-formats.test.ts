import t from 'tap'
import { dateTime, integer, tenths, text, uri } from '../../protocol/ocpp16/formats.ts'

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success

t.test('a length counts code points', async t => {
  t.ok(accepts(text(20), '🔌'.repeat(20)))
  t.notOk(accepts(text(20), '🔌'.repeat(21)))
  t.notOk(accepts(text(20), 'a'.repeat(21)))
  t.ok(accepts(text(2), '\ud83dx'), 'a lone surrogate is one')
})

t.test('an integer may be larger than int32 and is spelled with or without fraction', async t => {
  for (const value of [0, -1, 2 ** 31, 2 ** 63, 1.0]) t.ok(accepts(integer(), value), `${value}`)
  for (const value of [1.5, '1', Number.NaN, Number.POSITIVE_INFINITY, null])
    t.notOk(accepts(integer(), value), `${value}`)
})

t.test('a limit has at most one decimal', async t => {
  for (const value of [0, 16, 0.1, 0.3, 0.1 + 0.2, 13.7, 1e300]) t.ok(accepts(tenths(), value), `${value}`)
  for (const value of [0.05, 16.01, Number.POSITIVE_INFINITY]) t.notOk(accepts(tenths(), value), `${value}`)
})

t.test('a time stamp is a real moment, with any fraction and offset', async t => {
  for (const value of [
    '2026-11-22T10:00:00Z',
    '2026-11-22T10:00:00.123456789Z',
    '2026-11-22t10:00:00+08:00',
    '2026-11-22 10:00:00+0800',
    '2026-11-22T10:00:00+02',
    '2024-02-29T00:00:00Z',
    '2000-02-29T00:00:00Z',
    '2016-12-31T23:59:60Z',
  ])
    t.ok(accepts(dateTime(), value), value)
  for (const value of [
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T10:00Z',
    '2026-11-22',
    '2026-11-22T10:00:00Z\n',
    '',
  ])
    t.notOk(accepts(dateTime(), value), JSON.stringify(value))
})

t.test('a time stamp without zone passes, as it does officially', async t => {
  t.ok(accepts(dateTime(), '2026-11-22T10:00:00'))
})

t.test('a location is an absolute URI', async t => {
  for (const value of ['ftp://user:secret@10.0.0.1:21/a/b.bin', 'https://[::1]/x?y#z', 'urn:a', 'file:///tmp/x'])
    t.ok(accepts(uri(), value), value)
  for (const value of ['', 'x', '/a/b', 'http://a b', 'http://[::1', 'ftp:', 'http://%zz'])
    t.notOk(accepts(uri(), value), value)
})
