import type { Policy } from '../../central/core/queue/policy.ts'
import type { Command } from '../../protocol/charger/command.ts'
import type { Mode } from '../../protocol/modes.ts'
import type { MilliWh } from '../../protocol/units.ts'
import type { Random } from '../../simulator/random.ts'
import type { VirtualDriver, VirtualSite } from './virtual-site.ts'

interface Point {
  id: string
  registerMilliWh: MilliWh
  /** Sessions it has begun, with the numbers they were given. */
  sessions: { transactionId: number; startKey: string; idTag: string; ended: boolean }[]
  /** Commands it has not obeyed yet. */
  told: Command[]
}

const STATUSES = ['Available', 'Preparing', 'Charging', 'SuspendedEV', 'Finishing', 'Faulted', 'Unavailable'] as const
const POLICIES: readonly [Partial<Policy>, ...Partial<Policy>[]] = [
  { pileChoice: 'any' },
  { pileChoice: 'vacant' },
  { faultPolicy: 'time-order' },
  { faultPolicy: 'priority' },
  { faultPause: 'site' },
  { faultPause: 'mode' },
  { dispatch: 'single' },
  { dispatch: 'normal' },
  { editWhileCharging: true },
  { redealOnRepair: false },
  { maxWait: 30 },
]

/**
 * People and chargers that do whatever comes to their minds, in any order: ask, change, give up, report, repeat themselves,
 * obey commands late or never, lose their links, fail and are repaired. Each call does one such thing.
 */
export function createChaos(
  site: VirtualSite,
  ids: readonly string[],
  people: readonly VirtualDriver[],
  random: Random,
) {
  const { clock, verbs, report, pool } = site
  const points = ids.map((id): Point => ({ id, registerMilliWh: 0, sessions: [], told: [] }))
  const operator = { id: null, name: 'operator', role: 'operator' } as const
  const requests: { id: string; by: VirtualDriver }[] = []
  const faults: string[] = []
  /** Cancels wait for chargers that may never stop. */
  const pending: Promise<unknown>[] = []
  let keys = 0
  site.onCommand((id, command) => {
    points.find(point => point.id === id)?.told.push(command)
    return { status: random.chance(0.9) ? 'accepted' : 'rejected', result: {} }
  })

  const person = (): VirtualDriver => random.pick(people as [VirtualDriver, ...VirtualDriver[]])
  const point = (): Point => random.pick(points as [Point, ...Point[]])
  const mode = () => random.pick(['fast', 'trickle'] as const)
  const energyWh = (): number => random.integer(1, 200) * 100
  const request = () => (requests.length === 0 ? undefined : random.pick(requests as [(typeof requests)[0]]))
  const at = () => ({ connectorId: 1, at: clock.now() - random.integer(0, 1) * random.integer(0, 300_000) })

  async function start(at: Point, idTag: string, startKey = `key ${++keys}`): Promise<void> {
    const said = { connectorId: 1, idTag, startKey, registerMilliWh: at.registerMilliWh, at: clock.now() }
    const { transactionId } = await report(at.id, { type: 'session-started', ...said })
    if (!at.sessions.some(session => session.transactionId === transactionId))
      at.sessions.push({ transactionId, startKey, idTag, ended: false })
  }

  async function stop(at: Point, session: Point['sessions'][0]): Promise<void> {
    session.ended = true
    const { transactionId } = session
    const { registerMilliWh } = at
    const reason = random.pick(['Local', 'Remote', 'EVDisconnected', 'PowerLoss'])
    await report(at.id, {
      type: 'session-ended',
      transactionId,
      registerMilliWh,
      reason,
      at: clock.now(),
      readings: [],
    })
  }

  const acts: (() => Promise<unknown>)[] = [
    async () => {
      const by = person()
      const asked = await verbs.requestCharge(by.actor, { mode: mode(), energyWh: energyWh() })
      if (asked.ok) requests.push({ id: asked.value.id, by })
    },
    async () => {
      const by = person()
      const input = { mode: mode(), energyWh: energyWh(), priority: random.integer(-1, 2) }
      const asked = await verbs.requestCharge({ ...by.actor, role: 'operator' }, input)
      if (asked.ok) requests.push({ id: asked.value.id, by })
    },
    async () => {
      const one = request()
      const change = random.pick<{ mode?: Mode; energyWh?: number }>([
        { mode: mode() },
        { energyWh: energyWh() },
        { mode: mode(), energyWh: energyWh() },
      ])
      if (one !== undefined) await verbs.changeRequest(one.by.actor, one.id, change)
    },
    async () => {
      const one = request()
      if (one !== undefined) await verbs.changeRequest(operator, one.id, { priority: random.integer(-1, 3) })
    },
    async () => {
      const one = request()
      if (one !== undefined) pending.push(verbs.cancelRequest(one.by.actor, one.id))
    },
    () =>
      report(point().id, { type: 'connector-status', status: random.pick(STATUSES), errorCode: 'NoError', ...at() }),
    () => report(point().id, { type: 'connector-status', status: 'Available', errorCode: 'NoError', ...at() }),
    () => report(point().id, { type: 'connector-status', status: 'Preparing', errorCode: 'NoError', ...at() }),
    () => start(point(), person().idTag),
    async () => {
      const here = point()
      const again = here.sessions.at(-1)
      if (again !== undefined) await start(here, again.idTag, again.startKey)
    },
    async () => {
      const here = point()
      const told = here.told.shift()
      if (told?.verb === 'start') await start(here, told.idTag)
      const session =
        told?.verb === 'stop' ? here.sessions.find(each => each.transactionId === told.transactionId) : undefined
      if (session !== undefined) await stop(here, session)
    },
    async () => {
      const here = point()
      const session = here.sessions.at(-1)
      if (session === undefined) return
      here.registerMilliWh += random.integer(0, 5_000_000)
      const reading = { at: clock.now(), registerMilliWh: here.registerMilliWh, powerW: random.integer(0, 22_000) }
      const { transactionId } = session
      await report(here.id, { type: 'meter-sampled', connectorId: 1, transactionId, readings: [reading] })
    },
    async () => {
      const here = point()
      const session = here.sessions.at(-1)
      if (session !== undefined) await stop(here, session)
    },
    () => report(point().id, { type: 'link-down', linkId: 'old', reason: 'gone' }),
    () => report(point().id, { type: 'link-up', protocol: 'ocpp1.6', linkId: 'old', address: '127.0.0.1' }),
    async () => {
      const input = { pileId: point().id, type: 'hardware', description: '', source: 'rest' } as const
      const reported = await verbs.reportFault(operator, input)
      if (reported.ok) faults.push(reported.value.faultId)
    },
    async () => {
      const id = faults.shift()
      if (id !== undefined) await verbs.updateFault(operator, id, { state: 'resolved' })
    },
    () => verbs.controlPile(operator, point().id, { action: random.pick(['start', 'start', 'maintenance', 'stop']) }),
    () => pool.query(`update sites set policy = policy || $1`, [random.pick(POLICIES)]),
  ]

  return {
    act: (): Promise<unknown> => random.pick(acts as [() => Promise<unknown>])(),

    /** Every charger ends what it runs, so that nobody waits for it. */
    async calm(): Promise<void> {
      for (const here of points) for (const session of here.sessions) if (!session.ended) await stop(here, session)
      await site.settle()
      await Promise.all(pending)
    },
  }
}
