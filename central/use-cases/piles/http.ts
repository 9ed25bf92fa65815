import { foldCase } from '../../../protocol/ids.ts'
import { ok, refuse } from '../../../protocol/result.ts'
import { type EpochMs, MILLI_WH_PER_WH } from '../../../protocol/units.ts'
import { loadSite } from '../../store/site/load.ts'
import type { CarRow, SiteSnapshot } from '../../store/site/snapshot.ts'
import { billOfRequest } from '../../store/views/request-bill.ts'
import { untilEnded } from '../charging/cancel.ts'
import type { UseCasePorts } from '../ports.ts'
import { closeProvisionally } from '../site/close.ts'
import { numberOf, openSessionOf } from '../site/work.ts'
import { buildYard } from '../site/yard.ts'
import type { Verbs } from '../verbs.ts'

/** How long a pile waits for its bill, real time. */
const SETTLE_MS = 15_000
/** A session that is settled again is told to nobody. */
const LOOK_AGAIN_MS = 1_000

interface SessionAtPile {
  requestId: string | null
  /** Ended by the pile's own word, and billed. A session that was ended without it still listens. */
  done: boolean
  /** We want it to end, and cannot tell the pile before it calls. */
  stopAsked: boolean
  registerMilliWh: number
}

/** The routes of HTTP piles (rest.md section 1, simulator): who may charge is the dispatcher's word, not the pile's. */
export function createHttpPileVerbs({
  pool,
  clock,
  sites,
  events,
  httpPiles,
}: UseCasePorts): Pick<Verbs, 'assignCharging' | 'chargingProgress' | 'chargingComplete' | 'heartbeat'> {
  async function pileOf(pileId: string): Promise<{ id: string; siteId: string; chargePointId: string } | undefined> {
    const { rows } = await pool.query<{ id: string; siteId: string; chargePointId: string }>(
      `select id, site_id as "siteId", charge_point_id as "chargePointId" from charging_piles where lower(id) = $1`,
      [foldCase(pileId)],
    )
    return rows[0]
  }

  async function sessionOf(pileId: string, sessionId: string): Promise<SessionAtPile | undefined> {
    if (!/^\d{1,10}$/.test(sessionId)) return undefined
    const { rows } = await pool.query<SessionAtPile>(
      `select s.request_id as "requestId", s.settled_at is not null and not s.provisional as done, s.stop_asked_at is not null as "stopAsked",
         coalesce(s.last_register_milli_wh, 0) as "registerMilliWh"
       from charging_sessions s where s.id = $2::bigint and lower(s.pile_id) = $1`,
      [foldCase(pileId), sessionId],
    )
    return rows[0]
  }

  /**
   * The run that settles it has been asked for: being in the queue behind it is enough, unless it waits for the status of
   * a pile that may have failed. Bounded.
   */
  async function untilSettled(siteId: string, sessionId: string): Promise<void> {
    const isSettled = async (): Promise<boolean> => {
      const { rows } = await pool.query('select from charging_sessions where id = $1::bigint and settled_at is null', [
        sessionId,
      ])
      return rows.length === 0
    }
    const until = Date.now() + SETTLE_MS
    await sites.act(siteId, async () => ok(null))
    while (!(await isSettled()) && Date.now() < until) await untilEnded(events, sessionId, isSettled, LOOK_AGAIN_MS)
  }

  /** A pile that takes a task has ended the one it was to stop: until it completes it, it counts with what was told last. */
  async function endStopping(pile: { id: string; siteId: string }): Promise<void> {
    const { rows } = await pool.query<{ id: number }>(
      `select s.id from charging_sessions s join charge_points c on c.id = s.charge_point_id
       where s.pile_id = $1 and c.protocol = 'http' and s.ended_at is null and s.stop_asked_at is not null`,
      [pile.id],
    )
    if (rows.length === 0) return
    await sites.act(pile.siteId, async work => {
      for (const session of work.snap.sessions) {
        if (session.endedAt === null && rows.some(({ id }) => id === session.id))
          await closeProvisionally(work, session, 'superseded')
      }
      return ok(null)
    })
    // it may have ended by its pile's own word in the same moment
    for (const { id } of rows) await untilSettled(pile.siteId, String(id))
  }

  /** Sessions that are being stopped, of a request that has ended. */
  async function unsettledOf(requestId: string): Promise<string[]> {
    const { rows } = await pool.query<{ id: number }>(
      `select s.id from charging_sessions s join charging_requests r on r.id = s.request_id
       where r.id = $1 and r.status <> 'active' and s.settled_at is null and s.stop_asked_at is not null`,
      [requestId],
    )
    return rows.map(({ id }) => String(id))
  }

  return {
    async assignCharging(task) {
      const pile = await pileOf(task.pileId)
      if (pile === undefined) return refuse('not-found', `there is no pile ${task.pileId}`)
      await endStopping(pile)
      const snap = await loadSite(pool, pile.siteId, clock.now(), false)
      if (snap === undefined) return refuse('not-found')
      const called = calledCar(snap, pile.id, task, clock.now())
      if (called === undefined) return refuse('not-called')
      const running = openSessionOf(snap, called.requestId)
      if (running !== undefined && running.pileId === pile.id)
        return ok({ pileId: pile.id, sessionId: String(running.id), requestId: called.requestId })
      const { transactionId, verdict } = await httpPiles.assign({
        pileId: pile.chargePointId,
        idTag: called.idTag ?? called.requestId.slice(0, 18),
        startKey: `${called.requestId}|${await sessionsOf(called, pile.id)}`,
        requestId: called.requestId,
        at: clock.now(),
      })
      if (verdict.status !== 'accepted') {
        // a pile that is told no does not charge: what stays open would keep it occupied
        const at = clock.now()
        const end = { pileId: pile.chargePointId, transactionId, energyWh: 0, at, startedAt: at }
        await httpPiles.complete({ ...end, reason: 'DeAuthorized' })
        return refuse('not-called', `the session was refused: ${verdict.status}`)
      }
      // the run that joins the session to its request has been asked for; being in the queue behind it is enough
      await sites.act(pile.siteId, async () => ok(null))
      return ok({ pileId: pile.id, sessionId: String(transactionId), requestId: called.requestId })
    },

    async chargingProgress({ pileId, sessionId, energyWh, powerW, at }) {
      const pile = await pileOf(pileId)
      const session = pile === undefined ? undefined : await sessionOf(pile.id, sessionId)
      if (pile === undefined || session === undefined)
        return refuse('not-found', `pile ${pileId} has no session ${sessionId}`)
      if (!session.done)
        await httpPiles.progress({
          pileId: pile.chargePointId,
          transactionId: Number(sessionId),
          energyWh,
          powerW,
          at: at ?? clock.now(),
        })
      // a pile that charges on is told so; what it says twice or late is harmless
      const chargesOn = Math.round(energyWh * MILLI_WH_PER_WH) > session.registerMilliWh
      return session.stopAsked && chargesOn ? refuse('session-ended', 'the session is to end: complete it') : ok(null)
    },

    async chargingComplete({ pileId, sessionId, energyWh, startedAt, endedAt, reason }) {
      const pile = await pileOf(pileId)
      const session = pile === undefined ? undefined : await sessionOf(pile.id, sessionId)
      if (pile === undefined || session === undefined)
        return refuse('not-found', `pile ${pileId} has no session ${sessionId}`)
      if (!session.done) {
        await httpPiles.complete({
          pileId: pile.chargePointId,
          transactionId: Number(sessionId),
          energyWh,
          at: endedAt,
          startedAt,
          ...(reason === undefined ? {} : { reason }),
        })
        await untilSettled(pile.siteId, sessionId)
      }
      const requestId = session.requestId ?? (await sessionOf(pile.id, sessionId))?.requestId ?? null
      // a bill is for all sessions of its request: an interrupted one may have its end still before it
      if (requestId !== null) for (const other of await unsettledOf(requestId)) await untilSettled(pile.siteId, other)
      return ok({ bill: requestId === null ? null : await billOfRequest(pool, requestId) })
    },

    async heartbeat({ pileIds }) {
      const piles = await Promise.all(pileIds.map(async id => (await pileOf(id))?.chargePointId ?? id))
      const { refused } = await httpPiles.heartbeat({ pileIds: piles })
      return refused.length === 0 ? ok(null) : refuse('not-found', `no HTTP pile: ${refused.join(', ')}`)
    },
  }

  /** The car's sessions, and its tasks here that were refused: what is asked again later is not told the old answer. */
  async function sessionsOf({ requestId, createdAt }: CarRow, pileId: string): Promise<number> {
    const { rows } = await pool.query<{ count: number }>(
      `select count(*) as count from charging_sessions where request_id = $1 or id in (
         select id from charging_sessions
         where pile_id = $2 and started_at >= to_timestamp($3::double precision / 1000)
           and asked_request_id = $1 and request_id is null and verdict <> 'accepted')`,
      [requestId, pileId, createdAt],
    )
    return rows[0]?.count ?? 0
  }
}

/** The car at the pile's charging place, if it is the one that the task names (or the task names none). */
function calledCar(
  snap: SiteSnapshot,
  pileId: string,
  task: { userId?: string; number?: string; mode?: string },
  now: EpochMs,
): CarRow | undefined {
  const first = buildYard(snap, now).piles.find(pile => pile.id === pileId)?.cars[0]
  const car = snap.cars.find(one => one.requestId === first)
  if (car === undefined) return undefined
  if (task.userId !== undefined && car.userId !== task.userId) return undefined
  if (task.number !== undefined && numberOf(car) !== task.number.toUpperCase()) return undefined
  // in a batch cars charge at piles of the other mode too
  const modes = [car.mode, snap.piles.find(({ id }) => id === pileId)?.mode]
  return task.mode === undefined || modes.some(mode => mode === task.mode) ? car : undefined
}
