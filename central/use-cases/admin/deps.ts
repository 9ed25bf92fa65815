import type { Clock } from '../../../protocol/clock.ts'
import type { Database } from '../../store/orm.ts'

export interface AdminDeps {
  database: Database
  /** Charging time. */
  clock: Clock
  /** Wakes the dispatcher of a site whose piles or rules have changed. */
  touch?(siteId: string): void
  link?: {
    /** Closes a link whose credentials have changed. */
    disconnect?(chargePointId: string, reason: string): Promise<void>
  }
}
