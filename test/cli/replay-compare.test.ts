import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { type ReplayOptions, replayCommand } from '../../cli/replay.ts'

const day = {
  site: { fast: { count: 1, kW: 60 }, trickle: { count: 1, kW: 6 }, queueLength: 1, waitingCapacity: 2 },
  tariff: { windows: [{ from: 0, to: 24, price: 1 }] },
  events: [
    ...['V1', 'V2', 'V3', 'V4'].map(vehicle => ({ at: '06:00', type: 'request', vehicle, mode: 'F', kWh: 30 })),
    { at: '06:10', type: 'fault', pile: 'F1' },
    { at: '06:20', type: 'repair', pile: 'F1' },
    { at: '06:50', type: 'request', vehicle: 'V5', mode: 'T', kWh: 3, priority: 2 },
  ],
}

async function replay(file: string | undefined, options: ReplayOptions, terminal = false) {
  const stdout = new PassThrough()
  const stderr = Object.assign(new PassThrough(), { isTTY: terminal })
  const out = stdout.setEncoding('utf8').toArray()
  const err = stderr.setEncoding('utf8').toArray()
  const code = await replayCommand(file, { ...options, stdout, stderr })
  stdout.end()
  stderr.end()
  return { code, out: (await out).join(''), err: (await err).join('') }
}

/** A folder with these files, those that are no text as JSON. */
function folder(t: { testdir: (files: Record<string, string>) => string }, files: Record<string, unknown>) {
  const texts = Object.entries(files).map(([name, content]) => [
    name,
    typeof content === 'string' ? content : JSON.stringify(content),
  ])
  const path = t.testdir(Object.fromEntries(texts))
  return (name: string) => join(path, name)
}

t.test('two sets of rules stand side by side, with their difference', async t => {
  const at = folder(t, { 'day.json': day })
  const { code, out, err } = await replay(at('day.json'), { compare: ['own', 'any,fast=2,waitingCapacity=9'] })
  t.equal(code, 0)
  t.equal(err, '')
  const rows = out.split('\n').map(line => line.trim().split(/ {2,}/))
  t.same(rows[0], ['own', 'any,fast=2,waitingCapacity=9', 'difference'])
  t.same(
    rows.filter(([label]) => ['wait, mean min', 'turned away', 'waiting area full', 'income', 'end'].includes(label!)),
    [
      ['wait, mean min', '27.5', '14', '-13.5'],
      ['turned away', '1', '0', '-1'],
      ['waiting area full', '1', '0', '-1'],
      ['income', '93.00', '123.00', '+30.00'],
      ['end', '07:40:00', '07:20:00', '-20 min'],
    ],
  )
  t.ok(rows.some(([label]) => label === 'class 2'))
})

t.test('as one JSON document with --json, the file also after the two', async t => {
  const at = folder(t, { 'day.json': day })
  const { code, out } = await replay(undefined, { json: true, compare: ['vacant', 'fast=3x30', at('day.json')] })
  t.equal(code, 0)
  t.match(JSON.parse(out), {
    sides: [
      {
        name: 'vacant',
        policy: { pileChoice: 'vacant' },
        piles: { F: 1, T: 1 },
        end: '07:40:00',
        metrics: { charged: 4, refused: 1, income: '93.00' },
      },
      { name: 'fast=3x30', piles: { F: 3, T: 1 }, metrics: { charged: 5, refused: 0 } },
    ],
    difference: { charged: 1, refused: -1, income: '30.00', byMode: { F: { refused: -1 }, T: { refused: 0 } } },
  })
})

t.test(
  'rules come from a file with policy, piles and tariff, from one with a policy alone, or from JSON itself',
  async t => {
    const at = folder(t, {
      'day.json': day,
      'whole.json': { policy: { dispatch: 'single' }, site: { fast: { count: 2 } }, tariff: { service: 2 } },
      'policy.json': { dispatch: 'single' },
      'tariff.json': { service: 2 },
    })
    const metrics = async (options: ReplayOptions) =>
      JSON.parse((await replay(at('day.json'), { ...options, json: true })).out).metrics
    const whole = await metrics({ policy: [at('whole.json')] })
    t.match(whole, { charged: 5, income: '246.00' })
    t.same(await metrics({ policy: [at('policy.json')], fast: '2', tariff: at('tariff.json') }), whole)
    t.same(await metrics({ policy: [`dispatch=single,fast=2,tariff=${at('tariff.json')}`] }), whole)
    t.same(await metrics({ policy: ['{"dispatch":"single"}', 'fast=2', '{"tariff":{"service":2}}'] }), whole)
  },
)

t.test('--policy is the base of both that are compared', async t => {
  const at = folder(t, { 'day.json': day })
  const { out } = await replay(at('day.json'), { json: true, policy: ['fast=2'], compare: ['own', 'fast=1'] })
  t.match(JSON.parse(out).sides, [{ metrics: { refused: 0 } }, { metrics: { refused: 1 } }])
})

t.test('what happens to piles that are no more is left out, and said', async t => {
  const at = folder(t, { 'day.json': day })
  const { code, out, err } = await replay(at('day.json'), { json: true, fast: '0' })
  t.equal(code, 0)
  t.equal(err, 'fast=0: 2 events of piles that are not there left out\n')
  t.match(JSON.parse(out).metrics, { refusedFor: { 'no-pile-of-mode': 4 }, charged: 1 })
})

t.test('what is wrong is named with where it was given, exit code 2', async t => {
  const at = folder(t, {
    'day.json': day,
    'bad.json': '{\n "policy": {\n  "dispatch": "fair" },\n "site": {"fast": {"count": -1}, "piles": []} }',
    'tariff.json': '{"windows": [\n{"from": 1}]}',
  })
  const cases: [options: ReplayOptions, message: string | RegExp][] = [
    [{ policy: ['dispatch=fair'] }, '--policy dispatch=fair: /policy/dispatch: Invalid option'],
    [{ policy: ['pilechoice=any'] }, '/policy/pilechoice: unknown member'],
    [{ policy: ['maxWait=soon'] }, '/policy/maxWait: '],
    [{ policy: ['any,fast'] }, '"fast" is neither key=value nor one of own, vacant, any'],
    [{ policy: ['{"dispatch"'] }, 'not JSON'],
    [{ policy: [at('bad.json')] }, `bad.json:3: /policy/dispatch: Invalid option`],
    [{ policy: [at('bad.json')] }, `bad.json:4: /site/piles: unknown member`],
    [{ tariff: at('tariff.json') }, 'tariff.json:2: /windows/0/to: '],
    [{ tariff: at('none.json') }, 'none.json: /: cannot be read: ENOENT'],
    [{ fast: 'many' }, '--fast fast=many: /: fast is a number of piles, or NxKW such as 3x60'],
    [{ fast: '2x0' }, '/site/fast/kW: '],
    [{ compare: ['any'] }, '--compare: /: takes two policies'],
    [{ compare: ['any', 'vacant', 'own'] }, '--compare: /: takes two policies'],
    [{ fromDatabase: 'default' }, 'FILE or --from-database, not both'],
    [{ date: '2026-06-01' }, '--date, --to and --save go with --from-database'],
  ]
  for (const [options, message] of cases) {
    const { code, out, err } = await replay(at('day.json'), { ...options, json: true })
    t.equal(code, 2)
    t.match(err, message)
    t.match(JSON.parse(out), { problems: [{ path: String, line: Number, message: String }] })
  }
  t.match(await replay(undefined, {}), { code: 2, err: /a FILE or --from-database SITE is needed/ })
})

t.test('rules under which charging would take for ever are refused', async t => {
  const at = folder(t, { 'day.json': { ...day, events: [{ ...day.events[0], kWh: 900_000 }] } })
  const { code, err } = await replay(at('day.json'), { policy: ['fast=1x0.001'] })
  t.equal(code, 2)
  t.match(err, 'more than a thousand years')
})

t.test('progress is told on standard error: always with --progress, otherwise on a terminal alone', async t => {
  const at = folder(t, { 'day.json': day })
  const { err } = await replay(at('day.json'), { progress: true })
  t.equal(err, 'replay own: 7 of 7 (100 %)\n')
  t.equal((await replay(at('day.json'), {}, true)).err, '\r\x1b[K', 'a terminal is left clean')
  t.equal((await replay(at('day.json'), {})).err, '')
})

t.test(
  'a table has a column for other fees where the tariff has elements, and no rows for a mode nobody asks for',
  async t => {
    const tariff = { elements: [{ priceComponents: [{ type: 'FLAT', price: 2 }] }] }
    const at = folder(t, { 'day.json': { ...day, events: day.events.slice(0, 1), tariff } })
    t.match(
      (await replay(at('day.json'), {})).out,
      /energy {2}service {2}other {2}total {2}reason\n.* 0\.00 +0\.00 +2\.00 +2\.00 +full/,
    )
    t.notMatch((await replay(at('day.json'), { compare: ['own', 'any'] })).out, /trickle/)
  },
)
