import type { EpochMs } from '../../../protocol/units.ts'
import { rows } from './rows.ts'
import type { Statement } from './statement.ts'

export interface Seen {
  chargePointId: string
  at: EpochMs
}

const input = rows<Seen>({ charge_point_id: ['text', s => s.chargePointId], at: ['timestamptz', s => s.at] })

const SQL = /* sql */ `
update charge_points c set last_seen_at = greatest(c.last_seen_at, input.at)
from ${input.from} where c.id = input.charge_point_id`

/** Heartbeats: answered from memory, stored in batches; at most one row for each charge point. */
export const seen: Statement<Seen, void> = {
  async run(connection, list) {
    await connection.query({ name: 'seen', text: SQL, values: input.values(list) })
    return list.map(() => undefined)
  },
  quarantined: async () => undefined,
}
