import type { FrameRecord } from '../../../protocol/charger/link.ts'
import { rows } from './rows.ts'
import type { Statement } from './statement.ts'

const input = rows<FrameRecord>({
  charge_point_id: ['text', f => f.chargePointId],
  real_at: ['timestamptz', f => f.at],
  direction: ['text', f => f.direction],
  kind: ['text', f => f.kind],
  message_id: ['text', f => f.messageId],
  action: ['text', f => f.action],
  raw: ['text', f => f.raw],
  latency_ms: ['integer', f => f.latencyMs],
  notes: ['text[]', f => f.notes],
})

const SQL = /* sql */ `
insert into ocpp_messages (charge_point_id, real_at, direction, kind, message_id, action, raw, latency_ms, notes)
select charge_point_id, real_at, direction, kind, message_id, action, raw, latency_ms, notes from ${input.from} order by n`

/** Raw frames, in the order in which they were seen. */
export const frame: Statement<FrameRecord, void> = {
  async run(connection, frames) {
    await connection.query({ name: 'frame', text: SQL, values: input.values(frames) })
    return frames.map(() => undefined)
  },
  quarantined: async () => undefined,
}
