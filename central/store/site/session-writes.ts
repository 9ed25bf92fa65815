import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { type Ask, at, type Run } from './run.ts'

export interface NewDetail {
  id: string
  requestId: string
  sessionId: number
  siteId: string
  pileId: string | null
  userId: string | null
  currency: string
  energyMilliWh: MilliWh
  chargingSeconds: number
  parkingSeconds: number
  startedAt: EpochMs
  endedAt: EpochMs
  windows: unknown
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  totalMinor: number
  tariffVersionId: string | null
  stopReason: string
  createdAt: EpochMs
}

export interface NewBill {
  id: string
  requestId: string
  siteId: string
  userId: string | null
  currency: string
  createdAt: EpochMs
}

/** What a session has been billed so far, corrections included. */
export interface Billed {
  chargeId: string
  billId: string | null
  energyMilliWh: MilliWh
  chargingSeconds: number
  energyFeeMinor: number
  serviceFeeMinor: number
  otherFeeMinor: number
  totalMinor: number
}

export interface NewCorrection extends Omit<NewDetail, 'windows'> {
  billId: string | null
  correctsId: string
  note: string
}

interface Delivered {
  energyMilliWh: MilliWh
}

/**
 * Sessions as the dispatcher joins, ends and bills them. A target that is set resolves to the energy delivered by then,
 * undefined where there is no such session: a reading that came since the snapshot has not seen the target.
 */
export const createSessionWrites = (run: Run, ask: Ask) => ({
  joinSession: async (
    id: number,
    s: { requestId: string; userId: string | null; targetMilliWh: MilliWh | null; tariffVersionId: string | null },
  ): Promise<MilliWh | undefined> => {
    const [session] = await ask<Delivered>(
      `update charging_sessions set request_id = $2, user_id = coalesce(user_id, $3), target_milli_wh = $4,
           tariff_version_id = coalesce(tariff_version_id, $5) where id = $1 and request_id is null
       returning energy_milli_wh as "energyMilliWh"`,
      [id, s.requestId, s.userId, s.targetMilliWh, s.tariffVersionId],
    )
    return session?.energyMilliWh
  },

  sessionTarget: async (id: number, targetMilliWh: MilliWh | null): Promise<MilliWh | undefined> => {
    const [session] = await ask<Delivered>(
      `update charging_sessions set target_milli_wh = $2 where id = $1 and ended_at is null
       returning energy_milli_wh as "energyMilliWh"`,
      [id, targetMilliWh],
    )
    return session?.energyMilliWh
  },

  /** Why we want it to end; the first cause stays. */
  sessionStopAsked: (id: number, cause: string, now: EpochMs) =>
    run(
      `update charging_sessions set stop_asked_at = ${at('$3')}, end_cause = coalesce(end_cause, $2) where id = $1 and ended_at is null`,
      [id, cause, now],
    ),

  /** Ended by rule, without the charger's word; a late stop amends it. */
  closeProvisionally: (id: number, endedAt: EpochMs, reason: string) =>
    run(
      `update charging_sessions set ended_at = greatest(started_at, ${at('$2')}), ended_received_at = ${at('$2')}, provisional = true, stop_reason = $3,
           meter_stop_milli_wh = last_register_milli_wh where id = $1 and ended_at is null`,
      [id, endedAt, reason],
    ),

  settle: (id: number, now: EpochMs, energyMilliWh: MilliWh, reviewReason: string | null) =>
    run(
      `update charging_sessions set settled_at = ${at('$2')}, energy_milli_wh = $3, review_reason = $4, power_w = null where id = $1 and settled_at is null`,
      [id, now, energyMilliWh, reviewReason],
    ),

  addDetail: (d: NewDetail) =>
    run(
      `insert into billing_details (id, kind, request_id, session_id, site_id, pile_id, user_id, currency, energy_milli_wh, charging_seconds, parking_seconds,
           started_at, ended_at, windows, energy_fee_minor, service_fee_minor, other_fee_minor, total_minor, tariff_version_id, stop_reason, created_at)
         values ($1, 'charge', $2, $3, $4, $5, $6, $7, $8, $9, $10, ${at('$11')}, ${at('$12')}, $13, $14, $15, $16, $17, $18, $19, ${at('$20')})
         on conflict (session_id) where kind = 'charge' do nothing`,
      [
        d.id,
        d.requestId,
        d.sessionId,
        d.siteId,
        d.pileId,
        d.userId,
        d.currency,
        d.energyMilliWh,
        d.chargingSeconds,
        d.parkingSeconds,
        d.startedAt,
        d.endedAt,
        JSON.stringify(d.windows),
        d.energyFeeMinor,
        d.serviceFeeMinor,
        d.otherFeeMinor,
        d.totalMinor,
        d.tariffVersionId,
        d.stopReason,
        d.createdAt,
      ],
    ),

  billedSoFar: async (sessionId: number): Promise<Billed | undefined> => {
    const [billed] = await ask<Billed>(
      `select c.id as "chargeId", b.id as "billId", s.*
       from billing_details c left join bills b on b.request_id = c.request_id
       cross join lateral (
         select sum(energy_milli_wh)::bigint as "energyMilliWh", sum(charging_seconds)::integer as "chargingSeconds",
           sum(energy_fee_minor)::bigint as "energyFeeMinor", sum(service_fee_minor)::bigint as "serviceFeeMinor",
           sum(other_fee_minor)::bigint as "otherFeeMinor", sum(total_minor)::bigint as "totalMinor"
         from billing_details where session_id = $1) s
       where c.session_id = $1 and c.kind = 'charge'`,
      [sessionId],
    )
    return billed
  },

  /** A credit or debit beside a detail that was billed; the bill itself is never changed. */
  addCorrection: (c: NewCorrection) =>
    run(
      `insert into billing_details (id, kind, bill_id, corrects_id, note, request_id, session_id, site_id, pile_id, user_id, currency, energy_milli_wh,
           charging_seconds, parking_seconds, started_at, ended_at, windows, energy_fee_minor, service_fee_minor, other_fee_minor, total_minor,
           tariff_version_id, stop_reason, created_at)
         values ($1, 'correction', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, ${at('$14')}, ${at('$15')}, '[]', $16, $17, $18, $19, $20, $21, ${at('$22')})`,
      [
        c.id,
        c.billId,
        c.correctsId,
        c.note,
        c.requestId,
        c.sessionId,
        c.siteId,
        c.pileId,
        c.userId,
        c.currency,
        c.energyMilliWh,
        c.chargingSeconds,
        c.parkingSeconds,
        c.startedAt,
        c.endedAt,
        c.energyFeeMinor,
        c.serviceFeeMinor,
        c.otherFeeMinor,
        c.totalMinor,
        c.tariffVersionId,
        c.stopReason,
        c.createdAt,
      ],
    ),

  /** One bill per request, named by all its details; none when nothing was delivered. Resolves to true when it was made now. */
  addBill: async (b: NewBill) =>
    (await run(
      `with made as (
         insert into bills (id, request_id, site_id, user_id, currency, total_minor, state, created_at)
         select $1, $2, $3, $4, $5, sum(total_minor), 'unpaid', ${at('$6')} from billing_details
         where request_id = $2 having sum(energy_milli_wh) >= 1000
         on conflict (request_id) do nothing returning id, request_id)
       update billing_details d set bill_id = made.id from made where d.request_id = made.request_id`,
      [b.id, b.requestId, b.siteId, b.userId, b.currency, b.createdAt],
    )) > 0,

  addAnomaly: (a: { chargePointId: string; sessionId: number | null; kind: string; at: EpochMs; details: unknown }) =>
    run(
      `insert into session_anomalies (charge_point_id, session_id, kind, at, details) values ($1, $2, $3, ${at('$4')}, $5)`,
      [a.chargePointId, a.sessionId, a.kind, a.at, JSON.stringify(a.details)],
    ),
})
