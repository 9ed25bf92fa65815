import type { ClientBase, Pool } from 'pg'
import type { RegisterReading } from '../../core/session/energy.ts'

/** A session's registers as they came, in the order of arrival: what its bill is computed from. */
export async function sessionRegisters(db: ClientBase | Pool, sessionId: number): Promise<RegisterReading[]> {
  const { rows } = await db.query<RegisterReading>({
    name: 'session-registers',
    text: /* sql */ `
select at, received_at as "receivedAt", register_milli_wh as "registerMilliWh"
from meter_values where session_id = $1 and register_milli_wh is not null order by received_at, seq`,
    values: [sessionId],
  })
  return rows
}
