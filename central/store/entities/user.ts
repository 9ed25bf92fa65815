import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { instant, oneOf } from './columns.ts'

export type Role = 'driver' | 'technician' | 'operator' | 'admin' | 'simulator'

export const User = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    username: p.text(),
    passwordHash: p.text().hidden(),
    role: oneOf<Role>(),
    disabled: p.boolean().default(false),
    createdAt: instant(),
    userGroup: p.text().strictNullable(),
  },
})
export type User = InferEntity<typeof User>

export const RefreshToken = defineEntity({
  name: 'RefreshToken',
  tableName: 'refresh_tokens',
  properties: {
    id: p.uuid().primary(),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('cascade'),
    family: p.uuid(),
    digest: p.blob().unique(),
    expiresAt: instant(),
    usedAt: instant().strictNullable(),
    revokedAt: instant().strictNullable(),
  },
})
export type RefreshToken = InferEntity<typeof RefreshToken>

export const ApiToken = defineEntity({
  name: 'ApiToken',
  tableName: 'api_tokens',
  properties: {
    id: p.uuid().primary(),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('cascade'),
    name: p.text(),
    digest: p.blob().unique(),
    createdAt: instant(),
    expiresAt: instant().strictNullable(),
    revokedAt: instant().strictNullable(),
  },
})
export type ApiToken = InferEntity<typeof ApiToken>

export const Vehicle = defineEntity({
  name: 'Vehicle',
  tableName: 'vehicles',
  properties: {
    id: p.uuid().primary(),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('cascade'),
    plate: p.text(),
    batteryCapacityWh: p.integer().strictNullable(),
    createdAt: instant(),
  },
})
export type Vehicle = InferEntity<typeof Vehicle>
