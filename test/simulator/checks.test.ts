import t from 'tap'
import { type BilledDetail, checkLedger, type Ledger, reportedWh } from '../../simulator/checks.ts'
import type { PileSession } from '../../simulator/pile-types.ts'

const session = (change: Partial<PileSession> = {}): PileSession => ({
  key: 'F1-1-1',
  pileId: 'F1',
  idTag: 'ANN1',
  driver: 'ann',
  startedAt: 0,
  startMilliWh: 5_000_000,
  endedAt: 1000,
  endMilliWh: 7_500_000,
  reason: 'Remote',
  remoteId: 17,
  reservationId: null,
  ...change,
})
const detail = (change: Partial<BilledDetail> = {}): BilledDetail => ({
  driver: 'ann',
  billId: 'B1',
  sessionId: '17',
  pileId: 'F1',
  energyWh: 2500,
  amount: 450,
  currency: 'CNY',
  ...change,
})
const ownerOf = (tag: string): string | undefined => ({ ANN1: 'ann', BOB1: 'bob' })[tag]
const check = (ledger: Partial<Ledger>) =>
  checkLedger({ sessions: [], details: [], visits: [], ownerOf, pending: new Map(), ...ledger })

t.test('a session with its bill holds', async t => {
  t.same(check({ sessions: [session()], details: [detail()] }), {
    problems: [],
    sessions: 1,
    mixedUp: 0,
    meteredWh: 2500,
    billedWh: 2500,
    billed: { CNY: 450 },
  })
})

t.test('what did not hold is named', async t => {
  const problem = (ledger: Partial<Ledger>): string => check(ledger).problems.join('\n')
  t.match(problem({ sessions: [session()] }), /took 2500 Wh at F1: no bill/)
  t.match(problem({ details: [detail()] }), /bill B1 of ann has 2500 Wh at F1: no meter/)
  t.match(problem({ sessions: [session()], details: [detail({ energyWh: 2499 })] }), /its bill says 2499 Wh/)
  t.match(problem({ sessions: [session({ endedAt: null, endMilliWh: null })] }), /has no end/)
  t.match(problem({ sessions: [session()], details: [detail({ driver: 'bob' })] }), /no bill says so/)
  t.match(problem({ pending: new Map([['F1', 2]]) }), /F1 has 2 transaction messages/)
  const visit = { visit: 1, driver: 'ann', requestId: null, outcome: 'left', problem: 'no outcome' } as const
  t.match(problem({ visits: [visit] }), /no outcome/)
})

t.test('equal energies are told apart by the session, or matched one to one where it is not known', async t => {
  const two = [session(), session({ key: 'F1-2-2', remoteId: null })]
  t.same(check({ sessions: two, details: [detail(), detail({ sessionId: '18' })] }).problems, [])
  t.equal(check({ sessions: two, details: [detail()] }).problems.length, 1)
})

t.test('corrections count with the line they correct', async t => {
  const lines = [detail({ energyWh: 2000, amount: 360 }), detail({ energyWh: 500, amount: 90, billId: 'B2' })]
  t.same(check({ sessions: [session()], details: lines }).problems, [])
})

t.test('less than a watt-hour needs no bill, and may have one of nothing', async t => {
  const nothing = session({ endMilliWh: 5_000_000 })
  t.equal(reportedWh(nothing), 0)
  t.same(check({ sessions: [nothing] }).problems, [])
  t.same(check({ sessions: [nothing], details: [detail({ energyWh: 0 })] }).problems, [])
  t.same(check({ details: [detail({ energyWh: 0 })] }).problems, [])
})

t.test('a car in the place of another is counted, and the owner of the tag pays', async t => {
  const mixed = session({ idTag: 'BOB1' })
  const result = check({ sessions: [mixed], details: [detail({ driver: 'bob' })] })
  t.same(result.problems, [])
  t.equal(result.mixedUp, 1)
  t.equal(check({ sessions: [mixed], details: [detail()] }).problems.length, 2)
})
