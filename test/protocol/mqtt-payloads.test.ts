import t from 'tap'
import { TOPICS } from '../../protocol/mqtt/topics.ts'

const ts = '2026-11-22T08:00:00Z'

t.test('what piles may say', async t => {
  const good: [keyof typeof TOPICS, object][] = [
    ['hello', { vendor: 'V', model: 'M', firmware: '1', mode: 'fast', power_w: 30000, ts }],
    ['hello', { vendor: 'V', model: 'M', later: 'member' }],
    ['status', { status: 'SuspendedEVSE', error_code: 'NoError', vendor_error_code: '7', info: 'x', ts }],
    ['status', { status: 'offline' }],
    ['plug', { plugged: true, id_tag: 'T', ts: '2026-11-22T16:00:00.123+08:00' }],
    ['session', { event: 'started', session_key: 'k', meter_wh: 0, id_tag: null, reason: null, ts: null }],
    ['session', { event: 'ended', session_key: 'k', meter_wh: 12.345, reason: 'Local', ts }],
    ['meter', { session_key: null, energy_wh: 1, power_w: -5, voltage_v: [1, 2, 3], current_a: [], soc_pct: 100 }],
    ['result', { id: 'c', status: 'rejected', detail: 'busy' }],
    ['set', { id: '1', args: { any: ['thing'] } }],
  ]
  for (const [name, payload] of good) t.ok(TOPICS[name].payload.safeParse(payload).success, JSON.stringify(payload))

  const bad: [keyof typeof TOPICS, unknown][] = [
    ['hello', { vendor: 'V' }],
    ['hello', { vendor: 'V', model: 'M', mode: 'slow' }],
    ['status', { status: 'available' }],
    ['plug', { plugged: 'yes' }],
    ['session', { event: 'paused', session_key: 'k', meter_wh: 0 }],
    ['session', { event: 'started', session_key: '', meter_wh: 0 }],
    ['session', { event: 'started', session_key: 'k' }],
    ['meter', { energy_wh: 1e13 }],
    ['meter', { energy_wh: 1, soc_pct: 101 }],
    ['meter', { energy_wh: 1, voltage_v: Array(17).fill(230) }],
    ['meter', { energy_wh: 1, ts: '2026-11-22 08:00' }],
    ['result', { id: '', status: 'accepted' }],
    ['set', { args: {} }],
    ['set', []],
  ]
  for (const [name, payload] of bad) t.notOk(TOPICS[name].payload.safeParse(payload).success, JSON.stringify(payload))
})

t.test('what we say to piles is closed: each verb has its own arguments', async t => {
  const command = TOPICS.command.payload
  const wrap = (verb: string, args: object): object => ({ id: 'c', verb, args, ts })
  t.ok(command.safeParse(wrap('start', { connector_id: 1, id_tag: 'T', energy_wh: 5 })).success)
  t.ok(command.safeParse(wrap('unlock', {})).success)
  t.notOk(command.safeParse(wrap('stop', { power_w: 1 })).success)
  t.notOk(command.safeParse(wrap('explode', {})).success)
  t.notOk(command.safeParse({ id: 'c', verb: 'unlock', args: {} }).success, 'ts is always sent')
})
