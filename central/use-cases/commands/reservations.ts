import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Command, Outcome, Reservation } from '../../../protocol/charger/command.ts'
import type { Clock } from '../../../protocol/clock.ts'
import { cancelReservation, keepReservation } from '../../store/statements/reservation.ts'
import type { CommandRow } from './desk.ts'

/** Keeps what a charger has accepted as reservation, or as its end, whoever asked for it and in whose words. */
export function createReservationKeeper({ pool, clock, log }: { pool: Pool; clock: Clock; log: Logger }) {
  return async (row: CommandRow, outcome: Outcome): Promise<void> => {
    if (row.verb === 'reserve' && isRefusal(outcome))
      await pool.query('update charge_points set reserve_refused_link = link_id where id = $1', [row.chargePointId])
    const said = outcome.status === 'accepted' ? meaningOf(row.body) : undefined
    if (said === undefined) return
    const about = { chargePointId: row.chargePointId, reservationId: said.reservationId }
    try {
      if (said.verb === 'cancel-reservation') await cancelReservation(pool, about)
      else
        await keepReservation(pool, {
          ...about,
          connectorId: said.connectorId,
          idTag: said.idTag,
          expiresAt: said.expiresAt,
          requestId: row.requestId,
          now: clock.now(),
        })
    } catch (error) {
      log.error({ err: error, ...about }, 'a reservation could not be kept')
    }
  }
}

/** It cannot, or will not: it is not asked again over this link. */
const isRefusal = (outcome: Outcome): boolean =>
  outcome.status === 'failed' || outcome.status === 'refused' || (outcome.status === 'rejected' && !outcome.forNow)

const meaningOf = (body: Command): Reservation | undefined => {
  if (body.verb === 'native') return body.means
  return body.verb === 'reserve' || body.verb === 'cancel-reservation' ? body : undefined
}
