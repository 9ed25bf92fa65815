import { rows } from './rows.ts'
import type { StopEffect } from './stop.ts'

/** A stop that fits no session, or differs from the one that ended its session: kept for the operator. */
export interface Anomaly {
  outcome: 'anomaly' | 'orphan'
  sessionId: number | null
  effect: StopEffect
}

export const anomalies = rows<Anomaly>({
  charge_point_id: ['text', a => a.effect.chargePointId],
  session_id: ['integer', a => a.sessionId],
  kind: ['text', a => (a.outcome === 'orphan' ? 'orphan-stop' : 'different-stop')],
  at: ['timestamptz', a => a.effect.receivedAt],
  details: ['jsonb', a => contentOf(a.effect)],
})

/** Once for each content: the charger says it again until it is answered, and sometimes after. */
export const ANOMALIES = /* sql */ `
insert into session_anomalies (charge_point_id, session_id, kind, at, details)
select charge_point_id, session_id, kind, at, details from ${anomalies.from}
where not exists (
  select from session_anomalies a
  where a.charge_point_id = input.charge_point_id and a.kind = input.kind and a.session_id is not distinct from input.session_id
    and a.details = input.details
)`

const contentOf = ({
  transactionId,
  startKey,
  connectorId,
  registerMilliWh,
  at,
  reason,
  idTag,
}: StopEffect): object => ({
  transactionId,
  startKey,
  connectorId,
  registerMilliWh,
  at,
  reason,
  idTag,
})
