import t from 'tap'
import { isTrusted, trustedTime } from '../../central/core/session/trusted-time.ts'

const RECEIVED = Date.parse('2026-06-01T12:00:00Z')

t.test('a charger is believed from 2020 to ten minutes ahead of us, else the time of arrival counts', async t => {
  for (const [reported, believed] of [
    ['2026-06-01T12:00:00Z', true],
    ['2026-06-01T03:00:00Z', true],
    ['2020-01-01T00:00:00Z', true],
    ['2019-12-31T23:59:59.999Z', false],
    ['1970-01-01T00:00:00Z', false],
    ['2026-06-01T12:10:00Z', true],
    ['2026-06-01T12:10:00.001Z', false],
    ['2027-01-01T00:00:00Z', false],
  ] as const) {
    const at = Date.parse(reported)
    t.equal(isTrusted(at, RECEIVED), believed, reported)
    t.equal(trustedTime(at, RECEIVED), believed ? at : RECEIVED, reported)
  }
  for (const none of [null, undefined, Number.NaN]) t.equal(trustedTime(none, RECEIVED), RECEIVED)
})
