import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { Mode } from '../../../protocol/modes.ts'
import { instant, json, oneOf } from './columns.ts'
import { ChargingPile } from './pile.ts'
import { Site } from './site.ts'
import { User } from './user.ts'

export const Tariff = defineEntity({
  name: 'Tariff',
  tableName: 'tariffs',
  properties: {
    id: p.uuid().primary(),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id').deleteRule('no action').strictNullable(),
    name: p.text(),
    mode: oneOf<Mode>().strictNullable(),
    pileId: () => p.manyToOne(ChargingPile).mapToPk().name('pile_id').deleteRule('no action').strictNullable(),
    userGroup: p.text().strictNullable(),
    createdAt: instant(),
  },
})
export type Tariff = InferEntity<typeof Tariff>

export const TariffVersion = defineEntity({
  name: 'TariffVersion',
  tableName: 'tariff_versions',
  uniques: [{ properties: ['tariffId', 'version'] }],
  properties: {
    id: p.uuid().primary(),
    tariffId: () => p.manyToOne(Tariff).mapToPk().name('tariff_id').deleteRule('cascade'),
    version: p.integer(),
    validFrom: instant(),
    definition: json<object>(),
    createdBy: () => p.manyToOne(User).mapToPk().name('created_by').deleteRule('set null').strictNullable(),
    createdAt: instant(),
    validTo: instant().strictNullable(),
  },
})
export type TariffVersion = InferEntity<typeof TariffVersion>
