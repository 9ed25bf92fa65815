import type { Clock } from '../../../protocol/clock.ts'
import type { Database } from '../../store/orm.ts'

export interface AdminDeps {
  database: Database
  /** Charging time. */
  clock: Clock
  link?: {
    /** Closes a link whose credentials have changed. */
    disconnect?(chargePointId: string, reason: string): Promise<void>
  }
}
