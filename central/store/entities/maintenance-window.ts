import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { instant } from './columns.ts'
import { ChargingPile } from './pile.ts'
import { User } from './user.ts'

export const MaintenanceWindow = defineEntity({
  name: 'MaintenanceWindow',
  tableName: 'maintenance_windows',
  properties: {
    id: p.uuid().primary(),
    pileId: () => p.manyToOne(ChargingPile).mapToPk().name('pile_id').deleteRule('cascade'),
    fromAt: instant(),
    toAt: instant(),
    reason: p.text().default(''),
    createdBy: () => p.manyToOne(User).mapToPk().name('created_by').deleteRule('set null').strictNullable(),
    createdAt: instant(),
    cancelledAt: instant().strictNullable(),
    closedAt: instant().strictNullable(),
    reopenedAt: instant().strictNullable(),
  },
})
export type MaintenanceWindow = InferEntity<typeof MaintenanceWindow>
