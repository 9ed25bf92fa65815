import fc from 'fast-check'
import t from 'tap'
import { route } from '../../gateway/ocpp/router.ts'
import { actionsFromChargePoint } from '../../protocol/ocpp16/actions.ts'
import { CALL_ERROR_CODES } from '../../protocol/ocpp16/errors.ts'
import { setUp } from './harness.ts'

const timestamp = '2026-11-22T12:00:00Z'
const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' }
const start = { connectorId: 1, idTag: 'A', meterStart: 10, timestamp }
const meter = (sampledValue: unknown) => ({ connectorId: 1, meterValue: [{ timestamp, sampledValue }] })

const strictErrors: [string, object | null, string][] = [
  ['BootNotification', { chargePointModel: 'M' }, 'OccurenceConstraintViolation'],
  ['BootNotification', { chargePointVendor: 'V'.repeat(21), chargePointModel: 'M' }, 'PropertyConstraintViolation'],
  ['Heartbeat', { x: 1 }, 'FormationViolation'],
  ['Heartbeat', null, 'FormationViolation'],
  ['Authorize', { idTag: 5 }, 'TypeConstraintViolation'],
  ['StatusNotification', { ...status, errorCode: 'Error' }, 'PropertyConstraintViolation'],
  ['StartTransaction', { ...start, meterStart: 1.5 }, 'TypeConstraintViolation'],
  ['StopTransaction', { meterStop: 1, timestamp }, 'OccurenceConstraintViolation'],
  ['MeterValues', meter([{ value: 5 }]), 'TypeConstraintViolation'],
]
for (const [action, payload, code] of strictErrors) {
  t.test(`strict: ${action} ${JSON.stringify(payload).slice(0, 50)} gets ${code}`, async t => {
    const { central, open } = await setUp(t, { profile: { validation: 'strict' } })
    const client = await open('CP1')
    const answer = await client.call(action, payload)
    t.match(answer, [4, 'c1', code, String, Object])
    t.equal(answer.length, 5)
    t.same(
      central.reports.map(e => e.report.type),
      ['link-up'],
      'and nothing is reported',
    )
  })
}

const beyondRepair: [string, unknown, string][] = [
  ['BootNotification', {}, 'OccurenceConstraintViolation'],
  ['Authorize', { idTag: null }, 'OccurenceConstraintViolation'],
  ['Authorize', { idTag: { a: 1 } }, 'OccurenceConstraintViolation'],
  ['Authorize', 'A', 'OccurenceConstraintViolation'],
  ['StatusNotification', { connectorId: 1 }, 'OccurenceConstraintViolation'],
  ['DataTransfer', { vendorId: null, x: 1 }, 'OccurenceConstraintViolation'],
]
for (const [action, payload, code] of beyondRepair) {
  t.test(`tolerant: ${action} ${JSON.stringify(payload)} cannot be repaired and gets ${code}`, async t => {
    const { open } = await setUp(t)
    const client = await open('CP1')
    t.match(await client.call(action, payload), [4, 'c1', code, String, Object])
  })
}

t.test('names from the wire are counted in bounds', async t => {
  const { gateway, open } = await setUp(t)
  const client = await open('CP1')
  for (let i = 0; i < 30; i++) {
    const members = Object.fromEntries(Array.from({ length: 30 }, (_, j) => [`m${i}_${j}\0`, 1]))
    await client.call('Heartbeat', members)
  }
  const counted = gateway.stats().notes.CP1!
  t.ok(Object.keys(counted).length <= 101)
  t.ok(counted.other! > 0)
  t.notOk(JSON.stringify(counted).includes('\\u0000'))
})

t.test(
  'whatever the payload, routing never throws; transaction messages are always understood, others get a code of 1.6',
  async t => {
    const members = [
      'connectorId',
      'meterValue',
      'transactionId',
      'timestamp',
      'idTag',
      'status',
      'data',
      '__proto__',
      'value',
    ]
    const value = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...members), fc.jsonValue({ maxDepth: 4 })),
      fc.constantFrom('', 'null', 'NaN', '1,5', timestamp),
    )
    const payload = fc.oneof(value, fc.dictionary(fc.constantFrom(...members), value))
    const property = fc.property(fc.constantFrom(...actionsFromChargePoint), payload, (action, payload) => {
      const routed = route({ kind: 'call', id: 'i', action, payload, notes: [] }, 'tolerant')
      if (routed.kind === 'refused') {
        return (
          CALL_ERROR_CODES.includes(routed.code) &&
          !['StartTransaction', 'StopTransaction', 'MeterValues'].includes(action)
        )
      }
      return routed.notes.length < 60
    })
    t.doesNotThrow(() => fc.assert(property, { numRuns: 2000 }))
  },
)

t.test('data nested without end is kept as it is', async t => {
  const { central, open } = await setUp(t)
  const client = await open('CP1')
  client.send(`[2,"c1","DataTransfer",{"vendorId":"v","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}]`)
  t.match(await client.next(), [3, 'c1', { status: 'UnknownVendorId' }])
  t.equal(central.ofType('data-transfer')[0]?.data?.length, 200_000)
})
