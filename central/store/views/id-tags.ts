import type { EpochMs } from '../../../protocol/units.ts'
import { listPage, type Page, type PageRequest, type Sql, type Window, when, wholeMs, within } from './page.ts'

export interface IdTagView {
  tag: string
  status: 'Accepted' | 'Blocked' | 'Expired' | 'Invalid'
  expiresAt: EpochMs | null
  parentTag: string | null
  userId: string | null
  maxSessions: number
  createdAt: EpochMs
}

/** Tags, newest first; compared without regard to case. */
export const listIdTags = (
  sql: Sql,
  filter: Window & { tag?: string; userId?: string | undefined; status?: string | undefined; page: PageRequest },
): Promise<Page<IdTagView>> =>
  listPage(sql, {
    select: `select tag, status, expires_at as "expiresAt", parent_tag as "parentTag", user_id as "userId", max_sessions as "maxSessions",
      created_at as "createdAt" from id_tags`,
    where: [
      when(filter.tag, 'lower(tag) = lower(?)'),
      when(filter.userId, 'user_id = ?'),
      when(filter.status, 'status = ?'),
      ...within(filter, 'created_at'),
    ],
    keys: [
      { column: 'created_at', type: 'instant', of: row => row.createdAt },
      { column: 'tag', type: 'text', of: row => row.tag },
    ],
    page: filter.page,
  })

export interface UnknownIdTagView {
  tag: string
  chargePointId: string
  firstSeenAt: EpochMs
  lastSeenAt: EpochMs
  count: number
}

/** Tags that somebody held to a charger and that nobody knows. */
export const listUnknownIdTags = (sql: Sql, filter: Window & { page: PageRequest }): Promise<Page<UnknownIdTagView>> =>
  listPage(sql, {
    select:
      'select tag, charge_point_id as "chargePointId", first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt", count from unknown_id_tags',
    where: within(filter, 'last_seen_at'),
    keys: [
      { column: wholeMs('last_seen_at'), type: 'instant', of: row => row.lastSeenAt },
      { column: 'tag', type: 'text', of: row => row.tag },
    ],
    page: filter.page,
  })
