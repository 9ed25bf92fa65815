import { newId } from '../../../protocol/ids.ts'
import type { Mode } from '../../../protocol/modes.ts'
import { ok, type Result, refuse } from '../../../protocol/result.ts'
import type { Changed, Refused } from '../../core/queue/requests.ts'
import { callCars, change, enter, type Outcome } from '../../core/queue/verbs.ts'
import { carOf, copyYard, placeOf } from '../../core/queue/yard.ts'
import { loadSite } from '../../store/site/load.ts'
import type { CarRow } from '../../store/site/snapshot.ts'
import { isSpent } from '../payments/limit.ts'
import type { UseCasePorts } from '../ports.ts'
import type { SiteAction } from '../site/advance.ts'
import { findRequest, viewActive, viewEnded } from '../site/view.ts'
import { askStop, carRow, decide, notice, numberOf, openSessionOf, type SiteWork } from '../site/work.ts'
import { buildYard, YARD_ENERGY_PER_MILLI_WH } from '../site/yard.ts'
import type { Actor, RequestView, Verbs } from '../verbs.ts'
import { mayTouch, mayTouchAll } from './access.ts'
import { driverOf } from './driver.ts'

const yardEnergy = (energyWh: number): number => energyWh * 1000 * YARD_ENERGY_PER_MILLI_WH
/** More than any battery; keeps integers in range. */
const MOST_WH = 10_000_000
/** Kept for reports and for the same day under other rules: what the site, not the driver, is the reason of. */
const TURNED_AWAY: readonly string[] = ['waiting-area-full', 'no-pile-of-mode']

/** A driver asks for mode and energy and gets a number (domain.md section 3). */
export function createRequestVerbs({
  pool,
  clock,
  sites,
  defaultSiteId,
}: UseCasePorts): Pick<Verbs, 'requestCharge' | 'changeRequest' | 'viewRequest' | 'activeRequest'> {
  const viewNow = async (work: SiteWork, car: CarRow): Promise<RequestView> =>
    viewActive(work.client, work.snap, work.yard, car, work.now)

  async function view(actor: Actor, requestId: string): Promise<Result<RequestView>> {
    const request = await findRequest(pool, requestId)
    if (request === undefined || !mayTouch(actor, request.userId)) return refuse('not-found')
    if (request.status !== 'active') return ok(viewEnded(request))
    const snap = await loadSite(pool, request.siteId, clock.now(), false)
    const car = snap?.cars.find(one => one.requestId === requestId)
    if (snap === undefined || car === undefined) return ok(viewEnded((await findRequest(pool, requestId)) ?? request))
    return ok(await viewActive(pool, snap, buildYard(snap, clock.now()), car, clock.now()))
  }

  return {
    viewRequest: view,

    async activeRequest(actor) {
      const { rows } = await pool.query<{ id: string }>(
        `select id from charging_requests where user_id = $1 and status = 'active' order by source = 'driver' desc, created_at desc limit 1`,
        [actor.id],
      )
      return rows[0] === undefined ? refuse('no-active-request') : view(actor, rows[0].id)
    },

    async requestCharge(actor, input) {
      if (!Number.isInteger(input.energyWh) || input.energyWh <= 0 || input.energyWh > MOST_WH)
        return refuse('bad-energy')
      if (input.priority !== undefined && input.priority !== 0 && !mayTouchAll(actor))
        return refuse('forbidden', 'only operators set a priority')
      const driver = await driverOf(pool, actor, input.vehicleId)
      if (!driver.ok) return driver
      const { userId, vehicleId, idTag } = driver.value
      const siteId = input.siteId ?? defaultSiteId
      const action: SiteAction<Result<RequestView>> = async work => {
        if (await hasActive(work, userId, vehicleId)) return refuse('active-request')
        const now = work.now
        if (await isSpent(work.client, { userId, idTag }, work.snap.site, now)) return refuse('no-credit')
        const entered = enter(work.yard, {
          id: newId(),
          mode: input.mode,
          energy: yardEnergy(input.energyWh),
          arrival: now,
          priority: input.priority ?? 0,
        })
        if (!entered.ok) {
          if (TURNED_AWAY.includes(entered.reason))
            await work.db.addRefusedRequest({ ...input, siteId, userId, vehicleId, at: now, reason: entered.reason })
          return refuse(entered.reason)
        }
        const { car } = entered
        const row: CarRow = {
          requestId: car.id,
          userId,
          vehicleId,
          idTag,
          mode: car.mode,
          number: car.number,
          energyWh: input.energyWh,
          hasTarget: true,
          source: 'driver',
          priority: car.priority,
          endCause: null,
          noShows: 0,
          createdAt: now,
          numberedAt: now,
          firstCalledAt: null,
          estimatedStartAt: null,
          place: 'waiting',
          pileId: null,
          position: 0,
          since: now,
          turnAt: null,
          startAskedAt: null,
          reserveAskedAt: null,
          deliveredMilliWh: 0,
        }
        await work.db.addRequest({ ...row, id: car.id, siteId })
        work.snap.cars.push(row)
        notice(work, 'request', `${numberOf(row)} asks for ${input.energyWh / 1000} kWh`, { requestId: car.id })
        await decide(work, entered)
        placeRow(work, row)
        const seen = await viewNow(work, row)
        await work.db.requestEstimate(row.requestId, seen.estimatedStartAt)
        return ok(seen)
      }
      try {
        return await sites.act(siteId, action)
      } catch (error) {
        // the same vehicle at two sites in one instant: the database lets one in
        if (isOneRequestViolation(error)) return refuse('active-request')
        throw error
      }
    },

    async changeRequest(actor, requestId, to) {
      const request = await findRequest(pool, requestId)
      if (request === undefined || !mayTouch(actor, request.userId)) return refuse('not-found')
      if (to.energyWh !== undefined && (!Number.isInteger(to.energyWh) || to.energyWh <= 0 || to.energyWh > MOST_WH))
        return refuse('bad-energy')
      if (to.priority !== undefined && !mayTouchAll(actor)) return refuse('forbidden', 'only operators set a priority')
      if (request.status !== 'active') return refuse('no-active-request')
      return sites.act(request.siteId, async (work): Promise<Result<RequestView>> => {
        const row = carRow(work, requestId)
        if (row === undefined) return refuse('no-active-request')
        const changed = changedYard(work, requestId, to)
        if (!changed.ok) return refuse(changed.reason)
        const energyWh = to.energyWh ?? row.energyWh
        if (changed.car.mode !== row.mode || energyWh !== row.energyWh)
          await work.db.addRequestChange(requestId, work.now, row, { mode: changed.car.mode, energyWh })
        row.priority = changed.car.priority
        if (row.number !== changed.car.number || row.mode !== changed.car.mode) row.numberedAt = work.now
        row.mode = changed.car.mode
        row.number = changed.car.number
        row.energyWh = energyWh
        await work.db.changeRequest(requestId, row)
        await decide(work, changed)
        placeRow(work, row)
        const session = openSessionOf(work.snap, requestId)
        if (session !== undefined) {
          const before = row.deliveredMilliWh - session.energyMilliWh
          session.targetMilliWh = Math.max(0, row.energyWh * 1000 - before)
          const energyMilliWh =
            (await work.db.sessionTarget(session.id, session.targetMilliWh)) ?? session.energyMilliWh
          row.deliveredMilliWh += energyMilliWh - session.energyMilliWh
          session.energyMilliWh = energyMilliWh
          if (changed.done || energyMilliWh >= session.targetMilliWh) await askStop(work, session, 'edit')
        }
        return ok(await viewNow(work, row))
      })
    },
  }
}

/** Another class counts for a car that waits only: who has been called keeps their place. */
function changedYard(
  work: SiteWork,
  id: string,
  to: { mode?: Mode; energyWh?: number; priority?: number },
): Outcome<Changed> | Refused {
  let { yard } = work
  if (to.priority !== undefined) {
    if (placeOf(yard, id)?.at !== 'waiting')
      return { ok: false, reason: yard.cars.get(id)?.charging ? 'charging' : 'at-pile' }
    yard = copyYard(yard)
    carOf(yard, id).priority = to.priority
    if (to.mode === undefined && to.energyWh === undefined) {
      const called = callCars(yard)
      return { ...called, car: carOf(called.yard, id), done: false }
    }
  }
  return change(yard, id, {
    ...(to.mode === undefined ? {} : { mode: to.mode }),
    ...(to.energyWh === undefined ? {} : { energy: yardEnergy(to.energyWh) }),
  })
}

/** The row's place as the yard has it now, for the answer; it is written when the run ends. */
function placeRow(work: SiteWork, row: CarRow): void {
  const pile = work.yard.piles.find(({ cars }) => cars.includes(row.requestId))
  row.place = pile !== undefined ? 'pile' : work.yard.faultQueue[row.mode].includes(row.requestId) ? 'fault' : 'waiting'
  row.pileId = pile?.id ?? null
}

/** One active request per vehicle, at whatever site; a driver without a vehicle has one (domain.md section 3). */
async function hasActive(work: SiteWork, userId: string | null, vehicleId: string | null): Promise<boolean> {
  const { rowCount } = await work.client.query(
    vehicleId === null
      ? `select 1 from charging_requests where user_id = $1 and status = 'active' and vehicle_id is null and source = 'driver'`
      : `select 1 from charging_requests where vehicle_id = $1 and status = 'active'`,
    [vehicleId ?? userId],
  )
  return (rowCount ?? 0) > 0
}

const isOneRequestViolation = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && String(error.constraint).startsWith('charging_requests_one_')
