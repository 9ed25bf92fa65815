import type { Clock } from '../../../protocol/clock.ts'
import type { Database } from '../../store/orm.ts'

export interface AccountsDeps {
  database: Database
  /** Charging time, for what people see. */
  clock: Clock
}
