import t from 'tap'
import { NOW, setUp } from './harness.ts'

const timestamp = '2026-11-22T12:00:00Z'
const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' }
const start = { connectorId: 1, idTag: 'A', meterStart: 10, timestamp }
const stop = { transactionId: 7, meterStop: 20, timestamp }
const meter = (sampledValue: unknown) => ({ connectorId: 1, meterValue: [{ timestamp, sampledValue }] })

/** Quirk, action, payload, what of the report must be understood, the name of the repair. */
const repairs: [string, string, object, object, string][] = [
  [
    '24 long serial',
    'BootNotification',
    { chargePointVendor: 'V'.repeat(33), chargePointModel: 'M' },
    { vendor: 'V'.repeat(33) },
    'too-long:chargePointVendor',
  ],
  ['25 extra member', 'Authorize', { idTag: 'A', connectorId: 1 }, { idTag: 'A' }, 'unknown-member:connectorId'],
  [
    '25 "null" text',
    'StopTransaction',
    { ...stop, transactionId: 'null', idTag: 'null' },
    { transactionId: undefined, idTag: undefined },
    'null-or-empty:transactionId',
  ],
  [
    '26 null for an optional number',
    'StartTransaction',
    { ...start, reservationId: null },
    { reservationId: undefined },
    'null-or-empty:reservationId',
  ],
  [
    '26 null for a required number',
    'StartTransaction',
    { ...start, meterStart: null },
    { registerMilliWh: undefined, startKey: `1|a|${timestamp}|` },
    'null-or-empty:meterStart',
  ],
  [
    '27 error code outside the list',
    'StatusNotification',
    { ...status, errorCode: 'Error', status: 'Faulted' },
    { status: 'Faulted', errorCode: 'OtherError', vendorErrorCode: 'Error' },
    'unknown-word:errorCode',
  ],
  [
    '27 with a vendor code of its own',
    'StatusNotification',
    { ...status, errorCode: 'Error', vendorErrorCode: '12' },
    { errorCode: 'OtherError', vendorErrorCode: '12', info: 'Error' },
    'unknown-word:errorCode',
  ],
  [
    '27 context outside the list',
    'MeterValues',
    meter([{ value: '5', context: 'CurrentMax' }]),
    { readings: [{ registerMilliWh: 5000 }] },
    'unknown-word:context',
  ],
  [
    '27 unit outside the list',
    'MeterValues',
    meter([{ value: '50', measurand: 'Frequency', unit: 'Hz' }]),
    { readings: [{ samples: [{ unit: 'Hz' }] }] },
    'unknown-word:unit',
  ],
  [
    '27 the case of a word',
    'StatusNotification',
    { ...status, status: 'suspendedEv' },
    { status: 'SuspendedEV' },
    'word-case:status',
  ],
  [
    '27 Occupied of OCPP 1.5',
    'StatusNotification',
    { ...status, status: 'Occupied' },
    { status: 'Preparing' },
    'unknown-word:status',
  ],
  [
    '27 unknown status with an error',
    'StatusNotification',
    { ...status, status: 'Broken', errorCode: 'GroundFailure' },
    { status: 'Faulted' },
    'unknown-word:status',
  ],
  [
    '27 unknown status without an error',
    'StatusNotification',
    { ...status, status: 'Updating' },
    { status: 'Unavailable' },
    'unknown-word:status',
  ],
  [
    'a missing error code',
    'StatusNotification',
    { connectorId: 1, status: 'Faulted' },
    { status: 'Faulted', errorCode: 'NoError' },
    'missing:errorCode',
  ],
  [
    '34 a bad time',
    'StatusNotification',
    { ...status, timestamp: 'yesterday' },
    { status: 'Available', at: undefined },
    'bad-format:timestamp',
  ],
  [
    '34 a time without T and zone',
    'StartTransaction',
    { ...start, timestamp: '2026-11-22 12:00' },
    { at: NOW },
    'bad-format:timestamp',
  ],
  [
    '43 a huge id as text',
    'StopTransaction',
    { ...stop, transactionId: '9223372036854775807' },
    { transactionId: undefined },
    'text-for-number:transactionId',
  ],
  [
    '41 transactionId 0',
    'MeterValues',
    { ...meter([]), transactionId: 0 },
    { transactionId: undefined },
    'impossible-id:transactionId',
  ],
  [
    '42 transactionId -1',
    'StopTransaction',
    { ...stop, transactionId: -1 },
    { transactionId: undefined },
    'impossible-id:transactionId',
  ],
  [
    '61 reservationId -1',
    'StartTransaction',
    { ...start, reservationId: -1 },
    { reservationId: undefined },
    'impossible-id:reservationId',
  ],
  [
    '45 no transactionId',
    'StopTransaction',
    { meterStop: 20, timestamp },
    { registerMilliWh: 20_000, transactionId: undefined },
    'missing:transactionId',
  ],
  [
    '45 transactionId null',
    'StopTransaction',
    { ...stop, transactionId: null },
    { transactionId: undefined },
    'null-or-empty:transactionId',
  ],
  [
    '52 a corrupted tag',
    'StopTransaction',
    { ...stop, idTag: 'x'.repeat(60) },
    { idTag: 'x'.repeat(60) },
    'too-long:idTag',
  ],
  [
    'a reason outside the list',
    'StopTransaction',
    { ...stop, reason: 'Bored' },
    { reason: 'Other' },
    'unknown-word:reason',
  ],
  [
    '63 meterValue object',
    'MeterValues',
    { connectorId: 1, meterValue: { timestamp, sampledValue: { value: '5' } } },
    { readings: [{ registerMilliWh: 5000 }] },
    'object-for-list:meterValue',
  ],
  [
    '63 sampledValue object',
    'MeterValues',
    meter({ value: '5' }),
    { readings: [{ registerMilliWh: 5000 }] },
    'object-for-list:sampledValue',
  ],
  [
    '63 a number for a text',
    'MeterValues',
    meter([{ value: 5.25, unit: 'kWh' }]),
    { readings: [{ registerMilliWh: 5_250_000 }] },
    'number-for-text:value',
  ],
  [
    '63 null as value',
    'MeterValues',
    meter([{ value: null }]),
    { readings: [{ registerMilliWh: undefined }] },
    'null-or-empty:value',
  ],
  [
    '63 an item that is nothing',
    'MeterValues',
    meter([null, { value: '5' }]),
    { readings: [{ registerMilliWh: 5000 }] },
    'dropped-item:sampledValue',
  ],
  [
    '64 values for value',
    'MeterValues',
    meter([{ values: '5' }]),
    { readings: [{ registerMilliWh: 5000 }] },
    'values-for-value',
  ],
  [
    'a text for a number',
    'StartTransaction',
    { ...start, connectorId: '2', meterStart: '10,5' },
    { connectorId: 2, registerMilliWh: 10_500 },
    'text-for-number:connectorId',
  ],
  [
    'a fraction in meterStart',
    'StartTransaction',
    { ...start, meterStart: 10.5 },
    { registerMilliWh: 10_500 },
    'not-an-integer:meterStart',
  ],
  [
    'a negative register',
    'StopTransaction',
    { ...stop, meterStop: -5 },
    { registerMilliWh: undefined },
    'unreadable-value:meterStop',
  ],
  [
    'a start without anything',
    'StartTransaction',
    {},
    { connectorId: 0, idTag: '', registerMilliWh: undefined },
    'missing:connectorId',
  ],
  ['meter values without anything', 'MeterValues', {}, { connectorId: 0, readings: [] }, 'missing:meterValue'],
  ['a list as payload', 'StopTransaction', [1, 2], { reason: 'Local' }, 'payload-not-an-object'],
  [
    'data that is an object',
    'DataTransfer',
    { vendorId: 'v', data: { a: [1] } },
    { data: '{"a":[1]}' },
    'object-for-text:data',
  ],
]
for (const [quirk, action, payload, understood, note] of repairs) {
  t.test(`quirk ${quirk} is repaired, acknowledged, noted and counted`, async t => {
    const { central, gateway, open } = await setUp(t)
    const client = await open('CP1')
    t.match(await client.call(action, payload), [3, 'c1', {}])
    t.match(central.reports.at(-1)?.report, understood)
    t.ok(central.frames[0]?.notes.includes(note), `${note} in ${central.frames[0]?.notes}`)
    t.equal(gateway.stats().notes.CP1?.[note], 1)
  })
}
