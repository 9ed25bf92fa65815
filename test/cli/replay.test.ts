import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { replayCommand } from '../../cli/replay.ts'

const example = fileURLToPath(new URL('../core/replay/examples/timeline-15.json', import.meta.url))

async function replay(file: string, json = false): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const out = stdout.setEncoding('utf8').toArray()
  const err = stderr.setEncoding('utf8').toArray()
  const code = await replayCommand(file, { json, stdout, stderr })
  stdout.end()
  stderr.end()
  return { code, out: (await out).join(''), err: (await err).join('') }
}

/** A file with this text. */
const fileOf = (t: { testdir: (files: Record<string, string>) => string }, text: string): string =>
  join(t.testdir({ 'day.json': text }), 'day.json')

t.test('the answer is one JSON document with --json', async t => {
  const { code, out, err } = await replay(example, true)
  t.equal(code, 0)
  t.equal(err, '')
  t.match(JSON.parse(out), JSON.parse(readFileSync(example.replace('.json', '.answer.json'), 'utf8')))
})

t.test('and a table without', async t => {
  const text = readFileSync(example, 'utf8').replace('"date"', '"snapshotsAt": ["08:36", "09:20"], "date"')
  const { code, out } = await replay(fileOf(t, text))
  t.equal(code, 0)
  t.match(out, /^vehicle {2}number {2}pile {2}from {6}to/)
  t.match(out, 'V1       T1      T1    06:00:00  08:00:00  14.000  7.70    11.20    18.90  fault')
  t.match(
    out,
    'At 09:20\nplace  vehicle  number  kWh     fee\nF1     V3       F2      22.500  33.75\n       V4       F4',
  )
  t.match(out, '09:35  V4       request  active-request')
  t.match(out, 'End 11:00:00. 8 sessions, 132.55 kWh, 198.08 in all.')
})

t.test('a table shows the waiting area, and nothing that is not there', async t => {
  const day = {
    site: { fast: { count: 1, kW: 60 }, queueLength: 1, waitingCapacity: 3 },
    events: ['V1', 'V2', 'V3'].map(vehicle => ({ at: '06:00', type: 'request', vehicle, mode: 'F', kWh: 10 })),
    snapshotsAt: ['06:01'],
  }
  const { out } = await replay(fileOf(t, JSON.stringify(day)))
  t.match(out, 'waiting  V2       F2      10.000 asked')
  t.match(out, '         V3       F3      10.000 asked')
  t.notMatch(out, 'Refused')
})

t.test('every problem of an invalid file is told with path and line, exit code 2', async t => {
  const text = `\uFEFF{
  "site": { "fast": {"count": 2, "kW": 30}, "queueLength": 0,
    "waitingCapacity": 6 },
  "events": [
    {"at": "06:00", "type": "request", "vehicle": "V1", "mode": "F"},
    {"at": "06:00", "type": "fault",
      "pile": "F1", "why/~": 1}
  ]
}`
  const file = fileOf(t, text)
  const { code, out, err } = await replay(file, true)
  t.equal(code, 2)
  t.match(JSON.parse(out), {
    problems: [
      { path: '/site/queueLength', line: 2 },
      { path: '/events/0/kWh', line: 5 },
      { path: '/events/1/why~1~0', line: 7, message: 'unknown member' },
    ],
  })
  t.match(err.split('\n'), [`${file}:2: /site/queueLength: `, `${file}:5: /events/0/kWh: `, `${file}:7: `])
  t.equal((await replay(file)).out, '', 'nothing on standard output without --json')
})

t.test('what is not JSON is told with its line', async t => {
  const cases: [text: string, line: number, message: RegExp][] = [
    ['{\n"site": {\n"x": 1,\n}\n}', 4, /double-quoted property name/],
    ['{\n"events": [\n1,\n]\n}', 4, /Unexpected token ']'/],
    ['[\n1', 2, /after array element/],
    ['', 1, /end of JSON/],
    ['{\n"a":\n', 3, /end of JSON/],
    ['\n\nsite: 1\n', 3, /Unexpected token 's'/],
    ['{}\n\n{}', 3, /after JSON/],
  ]
  for (const [text, line, message] of cases) {
    const { code, out } = await replay(fileOf(t, text), true)
    t.equal(code, 2)
    t.match(JSON.parse(out), { problems: [{ path: '/', line, message }] }, JSON.stringify(text))
  }
})

t.test('a problem of the whole document is told for its first line', async t => {
  t.match(JSON.parse((await replay(fileOf(t, '\n\n[]'), true)).out), { problems: [{ path: '/', line: 3 }] })
})

t.test('a file that cannot be read is told, exit code 2', async t => {
  const { code, err } = await replay('/no/such/day.json')
  t.equal(code, 2)
  t.match(err, /^\/no\/such\/day\.json: .*ENOENT/)
})

t.test('a closed output is an error of the caller', async t => {
  const stdout = new PassThrough()
  stdout.destroy()
  stdout.on('error', () => {})
  await t.rejects(replayCommand(example, { stdout }))
})
