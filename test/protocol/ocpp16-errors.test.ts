import t from 'tap'
import { z } from 'zod'
import { type Action, actions } from '../../protocol/ocpp16/actions.ts'
import { CALL_ERROR_CODES, explain, MAX_PROBLEMS } from '../../protocol/ocpp16/errors.ts'

const refuse = (action: Action, payload: unknown, part: 'request' | 'response' = 'request') => {
  const parsed = actions[action][part].safeParse(payload)
  return explain(parsed.error!, payload)
}
const at = '2026-11-22T10:00:00Z'

t.test('the codes are spelled as in the specification', async t => {
  t.ok(CALL_ERROR_CODES.includes('FormationViolation'))
  t.ok(CALL_ERROR_CODES.includes('OccurenceConstraintViolation'))
  t.equal(CALL_ERROR_CODES.length, 10)
})

t.test('a payload that is no object is a FormationViolation', async t => {
  for (const payload of [null, [], 'x', 3]) {
    t.same(refuse('Heartbeat', payload), {
      code: 'FormationViolation',
      problems: [{ path: '/', message: 'must be an object' }],
    })
  }
})

t.test('an unknown member is a FormationViolation, each with its pointer', async t => {
  t.same(refuse('Authorize', { idTag: 'A', connectorId: 1, 'a/b~c': 2 }), {
    code: 'FormationViolation',
    problems: [
      { path: '/connectorId', message: 'is not a member of this message' },
      { path: '/a~1b~0c', message: 'is not a member of this message' },
    ],
  })
  t.match(refuse('Heartbeat', JSON.parse('{"__proto__":{}}')), { problems: [{ path: '/__proto__' }] })
})

t.test('a missing member is an OccurenceConstraintViolation, an enumeration too', async t => {
  t.same(refuse('StatusNotification', { connectorId: 1, errorCode: 'NoError' }), {
    code: 'OccurenceConstraintViolation',
    problems: [{ path: '/status', message: 'is required' }],
  })
  t.match(refuse('MeterValues', { connectorId: 1, meterValue: [{ timestamp: at, sampledValue: [{}] }] }), {
    code: 'OccurenceConstraintViolation',
    problems: [{ path: '/meterValue/0/sampledValue/0/value', message: 'is required' }],
  })
})

t.test('an empty list where one is needed is an OccurenceConstraintViolation', async t => {
  t.same(refuse('GetInstalledCertificateIds', { status: 'Accepted', certificateHashData: [] }, 'response'), {
    code: 'OccurenceConstraintViolation',
    problems: [{ path: '/certificateHashData', message: 'must have at least 1 item' }],
  })
})

t.test('another type is a TypeConstraintViolation', async t => {
  const cases: [Action, unknown, string, string][] = [
    ['Authorize', { idTag: 12 }, '/idTag', 'must be of type string'],
    ['Authorize', { idTag: null }, '/idTag', 'must be of type string'],
    ['Reset', { type: 1 }, '/type', 'must be of type string'],
    ['UnlockConnector', { connectorId: '1' }, '/connectorId', 'must be of type number'],
    ['UnlockConnector', { connectorId: 1.5 }, '/connectorId', 'must be of type integer'],
    ['MeterValues', { connectorId: 1, meterValue: {} }, '/meterValue', 'must be of type array'],
    ['MeterValues', { connectorId: 1, meterValue: [null] }, '/meterValue/0', 'must be of type object'],
  ]
  for (const [action, payload, path, message] of cases) {
    t.same(refuse(action, payload), { code: 'TypeConstraintViolation', problems: [{ path, message }] })
  }
})

t.test('a value that is not allowed is a PropertyConstraintViolation', async t => {
  const schedule = (limit: number) => ({
    status: 'Accepted',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
  })
  t.same(refuse('Reset', { type: 'Firm' }).problems, [{ path: '/type', message: 'must be one of Hard, Soft' }])
  t.same(refuse('Authorize', { idTag: 'A'.repeat(21) }).problems, [
    { path: '/idTag', message: 'must have at most 20 characters' },
  ])
  t.same(refuse('Heartbeat', { currentTime: 'now' }, 'response').problems, [
    { path: '/currentTime', message: 'must be a valid RFC 3339 date-time' },
  ])
  t.same(refuse('GetDiagnostics', { location: 'here' }).problems, [
    { path: '/location', message: 'must be a valid absolute URI' },
  ])
  t.same(refuse('GetCompositeSchedule', schedule(0.05), 'response'), {
    code: 'PropertyConstraintViolation',
    problems: [{ path: '/chargingSchedule/chargingSchedulePeriod/0/limit', message: 'must be a multiple of 0.1' }],
  })
})

t.test('the first problem names the code', async t => {
  t.equal(
    refuse('StartTransaction', { connectorId: 'x', meterStart: 1.5, timestamp: at }).code,
    'TypeConstraintViolation',
  )
  t.equal(
    refuse('StartTransaction', { connectorId: 1, meterStart: 1.5, timestamp: at }).code,
    'OccurenceConstraintViolation',
  )
})

t.test('a hostile payload yields a bounded list of short problems', async t => {
  const members = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`${index}`.padEnd(500, 'x'), 0]))
  const { code, problems } = refuse('Heartbeat', members)
  t.equal(code, 'FormationViolation')
  t.equal(problems.length, MAX_PROBLEMS)
  t.ok(problems.every(problem => problem.path.length <= 65))
})

t.test('problems of schemas derived from these are named too', async t => {
  const even = actions.UnlockConnector.request.refine(({ connectorId }) => connectorId % 2 === 0, 'must be even')
  const mail = z.strictObject({ to: z.email() })
  const explained = (schema: z.ZodType, payload: unknown) => explain(schema.safeParse(payload).error!, payload)
  t.same(explained(even, { connectorId: 1 }), {
    code: 'PropertyConstraintViolation',
    problems: [{ path: '/', message: 'must be even' }],
  })
  t.same(explained(mail, { to: 'x' }).problems, [{ path: '/to', message: 'must be a valid email' }])
  t.same(explain(new z.ZodError([]), {}), { code: 'FormationViolation', problems: [] })
  t.same(
    explained(
      z.object({ a: z.object({ b: z.string() }) }).refine(() => true),
      null,
    ).problems.length,
    1,
  )
})
