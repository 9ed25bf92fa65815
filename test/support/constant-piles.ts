import type { EpochMs, MilliWh } from '../../protocol/units.ts'
import type { VirtualSite } from './virtual-site.ts'

interface Charging {
  transactionId: number
  startedAt: EpochMs
  startMilliWh: MilliWh
  targetMilliWh: MilliWh
  stopping: boolean
}

/** One charge point of constant power. */
interface Pile {
  id: string
  powerW: number
  registerMilliWh: MilliWh
  session: Charging | null
}

/**
 * Charge points of constant power that obey at once, with drivers who plug in and leave at once: nothing here takes time
 * but charging.
 */
export async function createConstantPiles(site: VirtualSite, points: readonly { id: string; powerW: number }[]) {
  const { clock, pool, settle, report } = site
  const piles = points.map(({ id, powerW }): Pile => ({ id, powerW, registerMilliWh: 0, session: null }))
  for (const { id } of piles) await site.connect(id)
  const starts: { pile: Pile; idTag: string }[] = []
  site.onCommand((id, command) => {
    const pile = piles.find(each => each.id === id)!
    if (command.verb === 'start') starts.push({ pile, idTag: command.idTag })
    else if (command.verb === 'stop' && pile.session !== null) pile.session.stopping = true
    else return { status: 'refused', code: 'not-supported', problems: [] }
    return { status: 'accepted', result: {} }
  })

  const status = (pile: Pile, word: 'Available' | 'Preparing' | 'Charging') =>
    report(pile.id, { type: 'connector-status', connectorId: 1, status: word, errorCode: 'NoError', at: clock.now() })
  const charging = (): (Pile & { session: Charging })[] =>
    piles.filter((pile): pile is Pile & { session: Charging } => pile.session !== null)
  const registerAt = ({ powerW, session }: Pile & { session: Charging }): MilliWh =>
    session.startMilliWh + Math.floor((powerW * (clock.now() - session.startedAt)) / 3600)
  const endsAt = ({ powerW, session }: Pile & { session: Charging }): EpochMs =>
    session.startedAt + (session.targetMilliWh * 3600) / powerW

  /** Every meter is read, so that the dispatcher knows what is left. */
  async function read(): Promise<void> {
    await Promise.all(
      charging()
        .filter(({ session }) => session.startedAt < clock.now())
        .map(pile => {
          const { transactionId } = pile.session
          const reading = { at: clock.now(), registerMilliWh: registerAt(pile), powerW: pile.powerW }
          return report(pile.id, { type: 'meter-sampled', connectorId: 1, transactionId, readings: [reading] })
        }),
    )
    await settle()
  }

  /**
   * Chargers that were told to stop have stopped, all at once, and their cars are gone; who may begin now begins. A cable
   * that is in when the session ends would be an end that the dispatcher does not plan on, so it is pulled first; reports
   * of several chargers in one turn are committed together.
   */
  async function obey(): Promise<void> {
    const stopped = charging().filter(({ session }) => session.stopping)
    await Promise.all(stopped.map(pile => status(pile, 'Available')))
    await settle()
    await Promise.all(
      stopped.map(pile => {
        pile.registerMilliWh = registerAt(pile)
        const { transactionId } = pile.session
        const { registerMilliWh } = pile
        const about = { transactionId, registerMilliWh, reason: 'Remote', at: clock.now(), readings: [] }
        return report(pile.id, { type: 'session-ended', ...about })
      }),
    )
    for (const pile of stopped) (pile as Pile).session = null
    await settle()
    await plugIn()
  }

  async function plugIn(): Promise<void> {
    const { rows } = await pool.query<{ pileId: string }>(
      `select q.pile_id as "pileId" from queue_status q join charging_piles p on p.id = q.pile_id where q.position = 0 and not p.broken`,
    )
    const ready = piles.filter(({ id, session }) => session === null && rows.some(({ pileId }) => pileId === id))
    if (ready.length === 0) return
    await Promise.all(ready.map(pile => status(pile, 'Preparing')))
    await settle()
    const begun = starts.splice(0)
    if (begun.length !== ready.length) throw new Error('not everybody who plugged in was started')
    await Promise.all(
      begun.map(async ({ pile, idTag }) => {
        const { registerMilliWh } = pile
        const said = { connectorId: 1, idTag, startKey: `${clock.now()}`, registerMilliWh, at: clock.now() }
        const [{ transactionId }] = await Promise.all([
          report(pile.id, { type: 'session-started', ...said }),
          status(pile, 'Charging'),
        ])
        const startedAt = clock.now()
        pile.session = { transactionId, startedAt, startMilliWh: registerMilliWh, targetMilliWh: 0, stopping: false }
      }),
    )
    await settle()
    await readTargets()
  }

  /** What each running session is to deliver, as the product has it. */
  async function readTargets(): Promise<void> {
    const { rows } = await pool.query<{ id: number; target: MilliWh }>(
      'select id, target_milli_wh as target from charging_sessions where ended_at is null',
    )
    for (const { session } of charging())
      session.targetMilliWh = rows.find(({ id }) => id === session.transactionId)!.target
  }

  return {
    read,
    obey,
    readTargets,

    /** When the next session will have what it asked for; Infinity when none runs. */
    nextEnd: (): EpochMs => Math.min(...charging().map(endsAt)),

    /** Resolves when some charger has been told to stop, or when nobody will be. */
    async isStopping(over: () => boolean): Promise<boolean> {
      for (;;) {
        if (charging().some(({ session }) => session.stopping)) return true
        if (over()) return false
        await new Promise(resolve => setImmediate(resolve))
      }
    },
  }
}
