import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import { type Ask, at, type Run } from './run.ts'

interface ClosedSession {
  endedAt: EpochMs
  meterStopMilliWh: MilliWh | null
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
    s: {
      requestId: string
      userId: string | null
      targetMilliWh: MilliWh | null
      tariffVersionId: string | null
      calledAt: EpochMs | null
    },
  ): Promise<MilliWh | undefined> => {
    const [session] = await ask<Delivered>(
      `update charging_sessions set request_id = $2, user_id = coalesce(user_id, $3), target_milli_wh = $4,
           tariff_version_id = coalesce(tariff_version_id, $5), called_at = ${at('$6')} where id = $1 and request_id is null
       returning energy_milli_wh as "energyMilliWh"`,
      [id, s.requestId, s.userId, s.targetMilliWh, s.tariffVersionId, s.calledAt],
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

  /** Ended by rule with what was read last, undefined where it has ended meanwhile. A late stop amends it. */
  closeProvisionally: async (id: number, reason: string): Promise<ClosedSession | undefined> => {
    const [closed] = await ask<ClosedSession>(
      `with closed as (
         update charging_sessions set ended_at = greatest(started_at, last_reading_at), ended_received_at = greatest(started_at, last_reading_at),
           provisional = true, stop_reason = $2, meter_stop_milli_wh = last_register_milli_wh
         where id = $1 and ended_at is null returning pile_id, ended_at, meter_stop_milli_wh),
       stilled as (update charging_piles p set power_now_w = 0 from closed where p.id = closed.pile_id and p.power_now_w is not null)
       select ended_at as "endedAt", meter_stop_milli_wh as "meterStopMilliWh" from closed`,
      [id, reason],
    )
    return closed
  },

  /**
   * Its outcome is known: what it delivered, and why it is held if it is. With `billWaits` its detail comes when the cable
   * is pulled. A fault that the session did not name itself is kept as its cause.
   */
  settle: (
    id: number,
    now: EpochMs,
    energyMilliWh: MilliWh,
    reviewReason: string | null,
    billWaits = false,
    cause: string | null = null,
  ) =>
    run(
      `update charging_sessions set settled_at = ${at('$2')}, energy_milli_wh = $3, review_reason = $4, bill_waits = $5, power_w = null,
         end_cause = case when $6 = 'fault' then coalesce(end_cause, $6) else end_cause end
       where id = $1 and settled_at is null`,
      [id, now, energyMilliWh, reviewReason, billWaits, cause],
    ),

  /** The cable is out; the first word of it stays. */
  unplugged: (id: number, unpluggedAt: EpochMs) =>
    run(`update charging_sessions set unplugged_at = coalesce(unplugged_at, ${at('$2')}) where id = $1`, [
      id,
      unpluggedAt,
    ]),

  billWaitsNoMore: (id: number) => run('update charging_sessions set bill_waits = false where id = $1', [id]),
})
