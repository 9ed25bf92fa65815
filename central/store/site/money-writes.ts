import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import type { BillFigures } from '../../core/billing/correction.ts'
import { type Ask, at, type Run } from './run.ts'

/** A detail as it is written: what a session, or a reservation without one, comes to. */
export interface NewDetail extends BillFigures {
  id: string
  requestId: string
  sessionId: number | null
  siteId: string
  pileId: string | null
  userId: string | null
  currency: string
  startedAt: EpochMs
  endedAt: EpochMs
  tariffVersionId: string | null
  stopReason: string
  createdAt: EpochMs
}

export interface NewCorrection extends NewDetail {
  /** The bill that it corrects; null while its request has none. */
  billId: string | null
  /** The detail that it corrects; null where the session had none. */
  correctsId: string | null
  note: string
  /** `given` is an operator's amount, which computing the session again does not touch. */
  origin: 'rated' | 'given'
}

export interface NewBill {
  id: string
  requestId: string
  siteId: string
  userId: string | null
  currency: string
  createdAt: EpochMs
}

/** A detail of a session that can be computed again from its registers. */
export interface RatedDetail extends BillFigures {
  id: string
}

const COLUMNS = `id, kind, bill_id, corrects_id, note, origin, request_id, session_id, site_id, pile_id, user_id, currency, energy_milli_wh,
charging_seconds, parking_seconds, started_at, ended_at, windows, lines, energy_fee_minor, service_fee_minor, other_fee_minor, total_minor, vat_minor,
tariff_version_id, stop_reason, created_at`

const INSERT = `insert into billing_details (${COLUMNS})
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, ${at('$16')}, ${at('$17')}, $18, $19, $20, $21, $22, $23, $24, $25, $26, ${at('$27')})
on conflict (session_id) where kind = 'charge' do nothing`

const insertValues = (
  kind: 'charge' | 'correction',
  d: NewDetail,
  why: Pick<NewCorrection, 'billId' | 'correctsId' | 'origin'> & { note: string | null },
): unknown[] => [
  d.id,
  kind,
  why.billId,
  why.correctsId,
  why.note,
  why.origin,
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
  JSON.stringify(d.lines),
  d.energyFeeMinor,
  d.serviceFeeMinor,
  d.otherFeeMinor,
  d.totalMinor,
  d.vatMinor,
  d.tariffVersionId,
  d.stopReason,
  d.createdAt,
]

/** Details, corrections and bills. All are written once and never changed, but for the bill that a detail comes to name. */
export const createMoneyWrites = (run: Run, ask: Ask) => ({
  addDetail: (d: NewDetail) =>
    run(INSERT, insertValues('charge', d, { billId: null, correctsId: null, note: null, origin: 'rated' })),

  /** A credit or debit beside a detail that was billed; the bill itself is never changed. */
  addCorrection: (c: NewCorrection) => run(INSERT, insertValues('correction', c, c)),

  /** What a session has been billed by its registers so far, corrections included, oldest first. */
  ratedSoFar: (sessionId: number) =>
    ask<RatedDetail>(
      `select id, energy_milli_wh as "energyMilliWh", charging_seconds as "chargingSeconds", parking_seconds as "parkingSeconds",
         energy_fee_minor as "energyFeeMinor", service_fee_minor as "serviceFeeMinor", other_fee_minor as "otherFeeMinor",
         total_minor as "totalMinor", vat_minor as "vatMinor", windows, lines
       from billing_details where session_id = $1 and origin = 'rated' order by number`,
      [sessionId],
    ),

  billOf: async (requestId: string): Promise<string | null> =>
    (await ask<{ id: string }>('select id from bills where request_id = $1', [requestId]))[0]?.id ?? null,

  /** One bill per request, named by all its details; none when nothing came of it. Resolves to true when it was made now. */
  addBill: async (b: NewBill) =>
    (await run(
      `with made as (
         insert into bills (id, request_id, site_id, user_id, currency, total_minor, state, created_at)
         select $1, $2, $3, $4, $5, sum(total_minor), 'unpaid', ${at('$6')} from billing_details
         where request_id = $2 having sum(energy_milli_wh) >= 1000 or sum(total_minor) > 0
         on conflict (request_id) do nothing returning id, request_id)
       update billing_details d set bill_id = made.id from made where d.request_id = made.request_id`,
      [b.id, b.requestId, b.siteId, b.userId, b.currency, b.createdAt],
    )) > 0,

  /** Corrections that were made before their bill and name it now. */
  correctionsOn: async (billId: string): Promise<string[]> =>
    (
      await ask<{ id: string }>(
        `select id from billing_details where bill_id = $1 and kind = 'correction' order by number`,
        [billId],
      )
    ).map(({ id }) => id),

  addAnomaly: (a: { chargePointId: string; sessionId: number | null; kind: string; at: EpochMs; details: unknown }) =>
    run(
      `insert into session_anomalies (charge_point_id, session_id, kind, at, details) values ($1, $2, $3, ${at('$4')}, $5)`,
      [a.chargePointId, a.sessionId, a.kind, a.at, JSON.stringify(a.details)],
    ),

  /** An operator's verdict on a session, with the energy that counts from now on; a later one takes its place. */
  addVerdict: async (v: {
    sessionId: number
    verdict: 'bill' | 'amend' | 'void'
    /** Null leaves the registers. */
    reviewEnergyMilliWh: MilliWh | null
    energyMilliWh: MilliWh
    billWaits: boolean
    note: string
    actorId: string | null
    at: EpochMs
  }) => {
    await run(
      `update session_anomalies set verdict = $2, verdict_by = $3 where session_id = $1 and kind = 'held' and verdict is null`,
      [v.sessionId, v.verdict, v.actorId],
    )
    return run(
      `update charging_sessions set review_verdict = $2, review_energy_milli_wh = $3, energy_milli_wh = $4, bill_waits = $5, review_note = $6,
         reviewed_by = $7, reviewed_at = ${at('$8')} where id = $1`,
      [v.sessionId, v.verdict, v.reviewEnergyMilliWh, v.energyMilliWh, v.billWaits, v.note, v.actorId, v.at],
    )
  },
})
