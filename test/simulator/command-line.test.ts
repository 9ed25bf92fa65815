import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { QUIRKS } from '../../simulator/quirks.ts'
import { drawTable } from '../../simulator/table.ts'

const sim = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise(resolve => {
    execFile(process.execPath, ['simulator/main.ts', ...args], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })

t.test('help shows examples and exit codes', async t => {
  const { code, out } = await sim('--help')
  t.equal(code, 0)
  t.match(out, /Examples:/)
  t.match(out, /Exit code/)
  for (const option of ['--piles', '--protocol', '--drivers', '--speed', '--seed', '--faults', '--quirk'])
    t.match(out, option)
})

t.test('bad options and an absent gateway are told in a line, exit code 2', async t => {
  const nobody = ['--url', 'http://127.0.0.1:1']
  for (const [args, words] of [
    [nobody, /no gateway at http:\/\/127\.0\.0\.1:1/],
    [['--piles', 'F1', '--protocol', 'smoke'], /smoke/],
    [['--piles', 'F1,F1'], /twice/],
    [['--energy', '5'], /LOW-HIGH/],
    [['--quirk', 'nonsense'], /no quirk nonsense/],
    [['--piles', 'F1', '--protocol', 'http'], /--simulator-user/],
  ] as const) {
    const { code, err } = await sim(...args)
    t.equal(code, 2, args.join(' '))
    t.match(err, words)
  }
})

t.test('another speed than the gateway has is refused', async t => {
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ clock: { speed: 60, start: '2026-06-01T00:00:00Z' } })),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { code, err } = await sim('--url', url, '--speed', '600')
  t.equal(code, 2)
  t.match(err, /runs at 60 times real time, not at 600/)
})

t.test('quirks are listed', async t => {
  const { code, out } = await sim('--quirk', 'list')
  t.equal(code, 0)
  for (const { name, summary } of QUIRKS) t.ok(out.includes(`${name}  ${summary}\n`), name)
})

t.test('the screen has a row for each pile and the latest events', async t => {
  const pile = {
    pileId: 'F1',
    status: 'Charging',
    errorCode: 'NoError',
    connected: true,
    driver: 'ann',
    energyWh: 1234,
    powerW: 6900,
    socPercent: 55,
  } as const
  const record = {
    key: 'k',
    pileId: 'F1',
    idTag: 'T',
    driver: 'ann',
    startedAt: 0,
    startMilliWh: 0,
    endedAt: null,
    endMilliWh: null,
    reason: null,
    remoteId: null,
    reservationId: null,
  }
  const gone = { ...pile, pileId: 'T1', connected: false, driver: null, session: null, socPercent: null }
  const events = Array.from({ length: 20 }, (_, i) => ({ at: i * 1000, type: 'called' as const, text: `event ${i}` }))
  const screen = drawTable(Date.UTC(2026, 5, 1), 60, [{ ...pile, session: record }, gone], events)
  t.match(screen, /2026-06-01 00:00:00 UTC, 60 times/)
  t.match(screen, /F1 +Charging +ann +1\.23 kWh +6\.9 kW +55 %/)
  t.match(screen, /T1 +no link/)
  t.match(screen, /event 19/)
  t.notMatch(screen, /event 7\n/)
})
