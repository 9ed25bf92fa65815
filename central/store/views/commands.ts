import type { EpochMs } from '../../../protocol/units.ts'
import { one, type Sql } from './page.ts'

export interface CommandRow {
  id: string
  chargePointId: string
  verb: string
  action: string | null
  status: string
  result: unknown
  errorCode: string | null
  errorDescription: string | null
  lateResult: { result?: unknown; error?: unknown } | null
  cause: string
  createdAt: EpochMs
  sentAt: EpochMs | null
  answeredAt: EpochMs | null
  observedAt: EpochMs | null
}

export const findCommand = (sql: Sql, id: string): Promise<CommandRow | undefined> =>
  one(
    sql,
    `select id, charge_point_id as "chargePointId", verb, action, status, result, error_code as "errorCode",
      error_description as "errorDescription", late_result as "lateResult", cause, created_at as "createdAt", sent_at as "sentAt",
      answered_at as "answeredAt", observed_at as "observedAt" from commands where id = $1`,
    [id],
  )
