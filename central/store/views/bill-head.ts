import type { Mode } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { one, type Sql } from './page.ts'

/** Whose bill it is and where, as it is printed above it. */
export interface BillHead {
  siteName: string
  timeZone: string
  mode: Mode
  queueNumber: number
  plate: string | null
  username: string | null
  paidAt: EpochMs | null
}

export const billHead = (sql: Sql, billId: string): Promise<BillHead | undefined> =>
  one(
    sql,
    `select s.name as "siteName", s.time_zone as "timeZone", r.mode, r.number as "queueNumber", v.plate, u.username, b.paid_at as "paidAt"
     from bills b join sites s on s.id = b.site_id join charging_requests r on r.id = b.request_id
     left join vehicles v on v.id = r.vehicle_id left join users u on u.id = b.user_id where b.id = $1`,
    [billId],
  )
