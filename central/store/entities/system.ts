import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { identity, instant, type Json, json, oneOf, orderedJson } from './columns.ts'

export const QuarantinedEffect = defineEntity({
  name: 'QuarantinedEffect',
  tableName: 'quarantined_effects',
  properties: {
    id: identity(),
    kind: p.text(),
    chargePointId: p.text().strictNullable(),
    effect: orderedJson(),
    error: p.text(),
    realAt: instant().defaultRaw('now()'),
  },
})
export type QuarantinedEffect = InferEntity<typeof QuarantinedEffect>

export const OutboxEntry = defineEntity({
  name: 'OutboxEntry',
  tableName: 'outbox',
  properties: {
    id: identity(),
    kind: oneOf<'command' | 'event'>(),
    payload: orderedJson(),
    createdAt: instant().defaultRaw('now()'),
  },
})
export type OutboxEntry = InferEntity<typeof OutboxEntry>

export const SystemConfig = defineEntity({
  name: 'SystemConfig',
  tableName: 'system_config',
  properties: {
    key: p.text().primary(),
    value: json<Json>(),
    updatedAt: instant().defaultRaw('now()'),
  },
})
export type SystemConfig = InferEntity<typeof SystemConfig>

export const AuditEntry = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit',
  properties: {
    id: identity(),
    realAt: instant().defaultRaw('now()'),
    actorId: p.uuid().strictNullable(),
    actor: p.text(),
    action: p.text(),
    subject: p.text(),
    details: json<object>().default('{}'),
  },
})
export type AuditEntry = InferEntity<typeof AuditEntry>

export const IdempotencyKey = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_keys',
  properties: {
    userId: p.uuid().primary(),
    key: p.text().primary(),
    route: p.text(),
    bodyDigest: p.blob(),
    status: p.integer().strictNullable(),
    response: orderedJson().strictNullable(),
    createdAt: instant().defaultRaw('now()'),
  },
})
export type IdempotencyKey = InferEntity<typeof IdempotencyKey>
