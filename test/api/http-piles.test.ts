import t from 'tap'
import { BILL } from './bill.ts'
import { api, NOW, problemOf } from './support.ts'

t.test('the HTTP pile’s routes', async t => {
  const { app, user, verbs } = await api(t)
  const { headers } = await user('simulator')
  const send = (url: string, payload: object) =>
    app.inject({ method: 'POST', url: `/api/v1/simulator${url}`, headers, payload })

  const assigned = await send('/assign-charging', { pileId: 'T1', number: 'T3', energyWh: 5000, mode: 'trickle' })
  t.match(assigned.json(), { pileId: 'T1', sessionId: '7', requestId: String })
  t.same(verbs.calls.at(-1)?.args, [{ pileId: 'T1', number: 'T3', energyWh: 5000, mode: 'trickle' }])
  t.equal((await send('/assign-charging', { pileId: 'T1', energyWh: 5000 })).statusCode, 400, 'somebody must be meant')
  t.equal((await send('/assign-charging', { pileId: 'T1', number: 'X3', energyWh: 5000 })).statusCode, 400)

  const progress = await send('/charging-progress', {
    pileId: 'T1',
    sessionId: '7',
    energyWh: 1200.5,
    powerW: 3500,
    remainingSeconds: 60,
    at: '2026-11-22T16:05:00+08:00',
  })
  t.equal(progress.statusCode, 204)
  t.equal(progress.body, '')
  t.same(verbs.calls.at(-1)?.args, [
    { pileId: 'T1', sessionId: '7', energyWh: 1200.5, powerW: 3500, at: NOW + 300_000 },
  ])
  for (const wrong of [
    { sessionId: '0' },
    { sessionId: '99999999999' },
    { energyWh: -1 },
    { powerW: 1e12 },
    { at: 'yesterday' },
  ]) {
    t.equal(
      (await send('/charging-progress', { pileId: 'T1', sessionId: '7', energyWh: 1, powerW: 1, ...wrong })).statusCode,
      400,
    )
  }

  verbs.bill = BILL
  const whole = {
    pileId: 'T1',
    sessionId: '7',
    energyWh: 14_000,
    startedAt: '2026-11-22T08:00:00Z',
    endedAt: '2026-11-22T10:00:00Z',
    reason: 'full',
  }
  t.match((await send('/charging-complete', whole)).json(), { bill: { number: '1' } })
  t.match((await send('/charging-complete', whole)).json(), { bill: { number: '1' } }, 'repeated: the same')
  t.equal((await send('/charging-complete', { ...whole, endedAt: '2026-11-22T07:00:00Z' })).statusCode, 400)

  t.match((await send('/fault-report', { pileId: 'T1', type: 'power', description: 'Fuse' })).json(), {
    faultId: String,
  })
  t.match(verbs.calls.at(-1)?.args[1], { source: 'simulator', description: 'Fuse' })
  t.match((await send('/fault-recovery', { pileId: 'T1' })).json(), { pileId: 'T1', resolved: [String] })
  t.same((await send('/heartbeat', { pileIds: ['T1', 'T2'], at: '2026-11-22T08:00:00Z' })).json(), {
    now: '2026-11-22T08:00:00.000Z',
  })
  verbs.refusal = { code: 'not-called' }
  t.match(problemOf(await send('/assign-charging', { pileId: 'T1', number: 'T3', energyWh: 5000 })), {
    status: 409,
    code: 'not-called',
  })
})
