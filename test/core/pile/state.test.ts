import fc from 'fast-check'
import t from 'tap'
import { type PileFacts, type PileView, pileState } from '../../../central/core/pile/state.ts'
import { CONNECTOR_STATUSES } from '../../../protocol/charger/status.ts'

const idle: PileFacts = {
  inService: true,
  linkUp: true,
  status: 'Available',
  errorCode: 'NoError',
  chargePointStatus: 'Available',
  openFault: false,
  sessionOpen: false,
  heldForCar: false,
}

const closed = (state: PileView['state']): PileView => ({ state, detail: null, plannable: false })
const occupied = (detail: PileView['detail'], plannable: boolean): PileView => ({
  state: 'occupied',
  detail,
  plannable,
})
const available: PileView = { state: 'available', detail: null, plannable: true }

const table: [fact: string, facts: Partial<PileFacts>, view: PileView][] = [
  ['a pile in service, linked and idle is available', {}, available],
  ['a status never heard counts as Available', { status: null, chargePointStatus: null }, available],
  ['out of service is maintenance', { inService: false }, closed('maintenance')],
  ['maintenance goes before offline', { inService: false, linkUp: false }, closed('maintenance')],
  ['maintenance goes before fault', { inService: false, openFault: true }, closed('maintenance')],
  [
    'maintenance waits for the end of the session, and nobody is planned meanwhile',
    { inService: false, sessionOpen: true, status: 'Charging' },
    occupied('charging', false),
  ],
  ['no link is offline', { linkUp: false }, closed('offline')],
  ['offline goes before fault', { linkUp: false, status: 'Faulted', openFault: true }, closed('offline')],
  [
    'offline goes before a charger that called itself Unavailable',
    { linkUp: false, status: 'Unavailable' },
    closed('offline'),
  ],
  [
    'a lost link during a session is offline',
    { linkUp: false, sessionOpen: true, status: 'Charging' },
    closed('offline'),
  ],
  ['a Faulted connector is a fault', { status: 'Faulted' }, closed('fault')],
  ['a Faulted charge point is a fault of its piles', { chargePointStatus: 'Faulted' }, closed('fault')],
  ['an open fault record is a fault, whatever the charger says', { openFault: true }, closed('fault')],
  ['fault goes before occupied', { status: 'Charging', sessionOpen: true, openFault: true }, closed('fault')],
  ['an error code without Faulted is not a fault', { errorCode: 'HighTemperature' }, available],
  ['an Unavailable connector is maintenance', { status: 'Unavailable' }, closed('maintenance')],
  [
    'an Unavailable charge point is maintenance of its piles',
    { chargePointStatus: 'Unavailable' },
    closed('maintenance'),
  ],
  ['fault goes before Unavailable', { status: 'Unavailable', openFault: true }, closed('fault')],
  [
    'Unavailable during a session is charging',
    { status: 'Unavailable', sessionOpen: true },
    occupied('charging', true),
  ],
  [
    'held for a called car is reserved, and others may queue behind it',
    { heldForCar: true },
    occupied('reserved', true),
  ],
  [
    'Reserved for our car is reserved and plannable',
    { status: 'Reserved', heldForCar: true },
    occupied('reserved', true),
  ],
  ['Reserved for nobody we know is not planned on', { status: 'Reserved' }, occupied('reserved', false)],
  [
    'the called car plugged in is preparing and plannable',
    { status: 'Preparing', heldForCar: true },
    occupied('preparing', true),
  ],
  ['an unknown car plugged in is preparing and not planned on', { status: 'Preparing' }, occupied('preparing', false)],
  ['a session is charging and plannable', { status: 'Charging', sessionOpen: true }, occupied('charging', true)],
  [
    'a session whose status lags behind is charging',
    { status: 'Preparing', sessionOpen: true },
    occupied('charging', true),
  ],
  ['a session of a silent connector is charging', { status: null, sessionOpen: true }, occupied('charging', true)],
  ['Charging without a session has no known end', { status: 'Charging' }, occupied('charging', false)],
  [
    'suspended by the car has no known end',
    { status: 'SuspendedEV', sessionOpen: true },
    occupied('suspended-ev', false),
  ],
  [
    'suspended by the charger has no known end',
    { status: 'SuspendedEVSE', sessionOpen: true },
    occupied('suspended-evse', false),
  ],
  [
    'finishing with the cable in has no known end',
    { status: 'Finishing', sessionOpen: true },
    occupied('finishing', false),
  ],
  ['suspended after the session has no known end', { status: 'SuspendedEV' }, occupied('suspended-ev', false)],
  [
    'suspended by the charger after the session has no known end',
    { status: 'SuspendedEVSE' },
    occupied('suspended-evse', false),
  ],
  [
    'finishing after the session has no known end, also when somebody is called there',
    { status: 'Finishing', heldForCar: true },
    occupied('finishing', false),
  ],
]

t.test('pile state is a function of facts', async t => {
  for (const [fact, facts, view] of table) t.same(pileState({ ...idle, ...facts }), view, fact)
})

t.test('a detail is told exactly of occupied piles, and only available or occupied ones are planned on', async t => {
  const status = fc.option(fc.constantFrom(...CONNECTOR_STATUSES))
  const facts = fc.record({
    inService: fc.boolean(),
    linkUp: fc.boolean(),
    status,
    errorCode: fc.constantFrom('NoError', 'OtherError'),
    chargePointStatus: status,
    openFault: fc.boolean(),
    sessionOpen: fc.boolean(),
    heldForCar: fc.boolean(),
  })
  fc.assert(
    fc.property(facts, given => {
      const { state, detail, plannable } = pileState(given)
      const sound = (detail !== null) === (state === 'occupied')
      const planned = !plannable || (given.inService && given.linkUp && !given.openFault && given.status !== 'Faulted')
      return sound && planned
    }),
    { numRuns: 2000 },
  )
  t.pass('for 2000 random sets of facts')
})
