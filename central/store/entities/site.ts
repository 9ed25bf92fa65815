import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { instant, json } from './columns.ts'

export const Site = defineEntity({
  name: 'Site',
  tableName: 'sites',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    timeZone: p.text(),
    currency: p.text(),
    powerLimitW: p.integer().strictNullable(),
    waitingCapacity: p.integer(),
    policy: json<object>().default('{}'),
    nextFastNumber: p.integer().default(1),
    nextTrickleNumber: p.integer().default(1),
    createdAt: instant().defaultRaw('now()'),
  },
})
export type Site = InferEntity<typeof Site>
