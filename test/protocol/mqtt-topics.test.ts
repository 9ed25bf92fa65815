import fc from 'fast-check'
import t from 'tap'
import { decodeId, encodeId } from '../../protocol/mqtt/encode.ts'
import {
  branchOf,
  downPrefix,
  inboundFilters,
  matchInbound,
  TOPICS,
  type Topic,
  type TopicName,
  upPrefix,
} from '../../protocol/mqtt/topics.ts'

const id = fc.string({ unit: 'binary', minLength: 1 }).filter(text => text.isWellFormed())
const rows = Object.entries(TOPICS) as unknown as [TopicName, Topic<'{id}/{verb}'>][]

t.test('every id survives its topic, and no id adds a level or a wildcard', async t => {
  fc.assert(
    fc.property(id, text => {
      const level = encodeId(text)
      return /^[a-zA-Z0-9_%-]+$/.test(level) && decodeId(level) === text
    }),
  )
  t.equal(encodeId("a b/+#%.~!'()*"), 'a%20b%2F%2B%23%25%2E%7E%21%27%28%29%2A')
  t.equal(encodeId('\ud800'), '%EF%BF%BD', 'half a character becomes the replacement character')
})

t.test('an id has one spelling', async t => {
  for (const level of ['', '%41', '%2f', '%zz', '%', 'a b', 'a.b', '+', '#', '%FF', '%C3']) {
    t.equal(decodeId(level), null, level)
  }
})

t.test('what a row builds it parses, and no other row does', async t => {
  fc.assert(
    fc.property(id, id, fc.constantFrom(...rows), (pile, verb, [name, row]) => {
      const params: Record<string, string> = {}
      if (row.address.includes('{id}')) params.id = pile
      if (row.address.includes('{verb}')) params.verb = verb
      const built = row.build(params as never, 'site/ev')
      const parsed = row.parse(built, 'site/ev')
      if (JSON.stringify(parsed) !== JSON.stringify(params)) return false
      for (const [other, { parse }] of rows) if (other !== name && parse(built, 'site/ev') !== null) return false
      return row.parse(built) === null
    }),
  )
  t.equal(TOPICS.command.build({ id: 'F1' }), 'ev/v1/pile/F1/down/command')
  t.equal(TOPICS.gatewayState.build({}), 'ev/v1/gateway/state')
  t.equal(TOPICS.command.parse('ev/v1/pile/%41/down/command'), null)
})

t.test('an inbound topic is known by its sender and kind', async t => {
  for (const name of ['hello', 'status', 'plug', 'session', 'meter', 'result'] as const) {
    t.same(matchInbound(TOPICS[name].build({ id: 'a/b' })), { name, id: 'a/b' })
  }
  t.same(matchInbound('x/v1/pile/F1/set/start', 'x'), { name: 'set', id: 'F1', verb: 'start' })
  const foreign = [
    'ev/v1/pile/F1/up/selfie',
    'ev/v1/pile/F1/up/status/x',
    'ev/v1/pile/F1/up',
    'ev/v1/pile//up/status',
    'ev/v1/pile/F1/set/',
    'ev/v1/pile/F1/down/command',
    'ev/v1/site/F1/up/status',
    'ev/v2/pile/F1/up/status',
    'evil/v1/pile/F1/up/status',
    '',
  ]
  for (const topic of foreign) t.equal(matchInbound(topic), null, topic)
})

t.test('a branch is found below topics and filters of one pile only', async t => {
  t.same(branchOf(`${downPrefix('F 1')}#`), { id: 'F 1', branch: 'down' })
  t.same(branchOf(`${upPrefix('F1', 'x')}a/b`, 'x'), { id: 'F1', branch: 'up' })
  for (const topic of ['ev/v1/pile/+/down/#', 'ev/v1/pile/F1/down', 'ev/v1/pile/F1/set/x', 'ev/v1/site/F1/up/x', '#']) {
    t.equal(branchOf(topic), null, topic)
  }
  t.same(inboundFilters('x'), ['x/v1/pile/+/up/#', 'x/v1/pile/+/set/+'])
})

t.test('the contract: what is state is retained, what is an event or a command is not', async t => {
  const listed = Object.fromEntries(
    rows.map(([, { address, direction, retained, qos }]) => [
      address,
      `${direction} ${retained ? 'retained' : '-'} ${qos}`,
    ]),
  )
  t.same(listed, {
    'pile/{id}/up/hello': 'from-pile - 1',
    'pile/{id}/up/status': 'from-pile retained 1',
    'pile/{id}/up/plug': 'from-pile - 1',
    'pile/{id}/up/session': 'from-pile - 1',
    'pile/{id}/up/meter': 'from-pile - 1',
    'pile/{id}/up/result': 'from-pile - 1',
    'pile/{id}/down/command': 'to-pile - 1',
    'pile/{id}/down/session': 'to-pile - 1',
    'gateway/state': 'to-all retained 1',
    'gateway/info': 'to-all retained 1',
    'gateway/health': 'to-all retained 1',
    'site/{id}/queue': 'to-all retained 1',
    'site/{id}/power': 'to-all retained 1',
    'pile/{id}/state': 'to-all retained 1',
    'pile/{id}/meter': 'to-all retained 0',
    'pile/{id}/session': 'to-all retained 1',
    'session/{id}/event': 'to-all - 1',
    'bill/{id}': 'to-all - 1',
    event: 'to-all - 1',
    'pile/{id}/set/{verb}': 'from-integration - 1',
    'pile/{id}/set/{verb}/result': 'to-all - 1',
  })
  for (const [name, { summary }] of rows) t.ok(summary, name)
})
