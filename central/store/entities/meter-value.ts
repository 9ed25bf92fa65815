import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { identity, instant, int8, json, realArray } from './columns.ts'

/** Partitioned by month of `receivedAt`; written by the group-commit writer only. */
export const MeterValue = defineEntity({
  name: 'MeterValue',
  tableName: 'meter_values',
  properties: {
    chargePointId: p.text().primary(),
    connectorId: p.integer(),
    sessionId: p.integer().strictNullable(),
    receivedAt: instant().primary(),
    seq: identity(),
    at: instant().strictNullable(),
    context: p.text().strictNullable(),
    registerMilliWh: int8().strictNullable(),
    powerW: p.integer().strictNullable(),
    voltageV: realArray().strictNullable(),
    currentA: realArray().strictNullable(),
    socPercent: p.float().strictNullable(),
    samples: json<unknown[]>().strictNullable(),
  },
})
export type MeterValue = InferEntity<typeof MeterValue>
