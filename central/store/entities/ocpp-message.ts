import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { FrameRecord } from '../../../protocol/charger/link.ts'
import { identity, instant, oneOf } from './columns.ts'

/** Raw frames, partitioned by day of `realAt`; written by the group-commit writer only. */
export const OcppMessage = defineEntity({
  name: 'OcppMessage',
  tableName: 'ocpp_messages',
  properties: {
    chargePointId: p.text().primary(),
    realAt: instant().primary(),
    seq: identity(),
    direction: oneOf<FrameRecord['direction']>(),
    kind: oneOf<FrameRecord['kind']>(),
    messageId: p.text().strictNullable(),
    action: p.text().strictNullable(),
    raw: p.text(),
    latencyMs: p.integer().strictNullable(),
    notes: p.array().default([]),
  },
})
export type OcppMessage = InferEntity<typeof OcppMessage>
