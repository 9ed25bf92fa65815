import type { ClientBase, Pool } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'
import { carsAhead } from '../../core/dispatch/estimate.ts'
import type { Yard } from '../../core/queue/yard.ts'
import type { CarRow, SiteSnapshot } from '../../store/site/snapshot.ts'
import type { RequestStatus, RequestView } from '../verbs.ts'
import { expectedOf } from './expect.ts'
import { explain } from './explain.ts'
import { rateStored } from './rate-session.ts'
import { numberOf, openSessionOf } from './work.ts'

interface EndedRequest {
  id: string
  siteId: string
  userId: string | null
  vehicleId: string | null
  mode: CarRow['mode']
  number: number
  energyWh: number
  priority: number
  status: 'active' | 'completed' | 'cancelled' | 'no-show'
  createdAt: EpochMs
  deliveredMilliWh: number
  totalMinor: number
  currency: string
  pileId: string | null
}

/** What a car's status is called for its driver. */
export function statusOf(snap: SiteSnapshot, car: CarRow): RequestStatus {
  const session = openSessionOf(snap, car.requestId)
  if (session !== undefined && session.pileId === car.pileId && car.place === 'pile') return 'charging'
  if (car.place === 'pile') return 'called'
  return car.place === 'fault' ? 'interrupted' : 'waiting'
}

/** A request that is active, from its site's plan. */
export async function viewActive(
  db: ClientBase | Pool,
  snap: SiteSnapshot,
  yard: Yard,
  car: CarRow,
  now: EpochMs,
): Promise<RequestView> {
  const status = statusOf(snap, car)
  const expected = (await expectedOf(db, snap, yard, now)).get(car.requestId)
  const ahead = carsAhead(yard, car.requestId) ?? 0
  const session = openSessionOf(snap, car.requestId)
  const startAt = expected === undefined ? null : Math.round(now + expected.start)
  return {
    id: car.requestId,
    siteId: snap.site.id,
    userId: car.userId,
    vehicleId: car.vehicleId,
    mode: car.mode,
    number: numberOf(car),
    energyWh: car.energyWh,
    priority: car.priority,
    deliveredEnergyWh: Math.round(car.deliveredMilliWh / 1000),
    status,
    position: ahead + 1,
    carsAhead: ahead,
    pileId: car.pileId,
    sessionId: session === undefined ? null : String(session.id),
    estimatedStartAt: status === 'charging' && session !== undefined ? session.startedAt : startAt,
    estimatedWaitSeconds: status === 'charging' ? 0 : expected === undefined ? null : Math.round(expected.start / 1000),
    estimatedFinishAt: expected === undefined || !car.hasTarget ? null : Math.round(now + expected.finish),
    cost: {
      amount:
        (await billedSoFar(db, car.requestId)) + (session === undefined ? 0 : await costSoFar(db, session.id, now)),
      currency: snap.site.currency,
    },
    reason: await explain(db, snap, yard, car, ahead),
    createdAt: car.createdAt,
  }
}

async function billedSoFar(db: ClientBase | Pool, requestId: string): Promise<number> {
  const { rows } = await db.query<{ total: number }>(
    'select coalesce(sum(total_minor), 0)::bigint as total from billing_details where request_id = $1',
    [requestId],
  )
  return rows[0]?.total ?? 0
}

/** What a running session has cost until its last reading, by the very code that will bill it; 0 where there is none. */
export async function costSoFar(db: ClientBase | Pool, sessionId: number, now: EpochMs): Promise<number> {
  return (await rateStored(db, sessionId, now))?.rated.totalMinor ?? 0
}

const ENDED = /* sql */ `
select r.id, r.site_id as "siteId", r.user_id as "userId", r.vehicle_id as "vehicleId", r.mode, r.number, r.energy_wh as "energyWh", r.priority, r.status,
       r.created_at as "createdAt", coalesce(s.delivered, 0)::bigint as "deliveredMilliWh", s."pileId",
       coalesce((select sum(total_minor) from billing_details d where d.request_id = r.id), 0)::bigint as "totalMinor", site.currency
from charging_requests r join sites site on site.id = r.site_id
left join lateral (select sum(energy_milli_wh) as delivered, (array_agg(pile_id order by id desc))[1] as "pileId" from charging_sessions where request_id = r.id) s on true
where r.id = $1`

/** Any request by id: which site and whose; with its figures when it has ended. */
export async function findRequest(db: ClientBase | Pool, requestId: string): Promise<EndedRequest | undefined> {
  return (await db.query<EndedRequest>({ name: 'request', text: ENDED, values: [requestId] })).rows[0]
}

export function viewEnded(request: EndedRequest): RequestView {
  const ended = { cancelled: 'cancelled', 'no-show': 'no-show', completed: 'completed', active: 'waiting' } as const
  return {
    id: request.id,
    siteId: request.siteId,
    userId: request.userId,
    vehicleId: request.vehicleId,
    mode: request.mode,
    number: numberOf(request),
    energyWh: request.energyWh,
    priority: request.priority,
    deliveredEnergyWh: Math.round(request.deliveredMilliWh / 1000),
    status: ended[request.status],
    position: null,
    carsAhead: 0,
    pileId: request.pileId,
    sessionId: null,
    estimatedStartAt: null,
    estimatedWaitSeconds: null,
    estimatedFinishAt: null,
    cost: { amount: request.totalMinor, currency: request.currency },
    reason: { en: 'The request has ended.', zh: '充电请求已结束。' },
    createdAt: request.createdAt,
  }
}
