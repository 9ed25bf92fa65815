import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { instant, oneOf } from './columns.ts'
import { User } from './user.ts'

/** Compared without regard to case: look up by lower(tag). */
export const IdTag = defineEntity({
  name: 'IdTag',
  tableName: 'id_tags',
  properties: {
    tag: p.text().primary(),
    status: oneOf<'Accepted' | 'Blocked' | 'Expired' | 'Invalid'>(),
    expiresAt: instant().strictNullable(),
    parentTag: p.text().strictNullable(),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('set null').strictNullable(),
    maxSessions: p.integer().default(1),
    createdAt: instant(),
  },
})
export type IdTag = InferEntity<typeof IdTag>

export const UnknownIdTag = defineEntity({
  name: 'UnknownIdTag',
  tableName: 'unknown_id_tags',
  properties: {
    tag: p.text().primary(),
    chargePointId: p.text(),
    firstSeenAt: instant(),
    lastSeenAt: instant(),
    count: p.integer().default(1),
  },
})
export type UnknownIdTag = InferEntity<typeof UnknownIdTag>
