import type { EpochMs } from '../../../protocol/units.ts'
import { listPage, one, type Page, type PageRequest, type Sql, type Window, when, within } from './page.ts'

export interface UserView {
  id: string
  username: string
  role: 'driver' | 'technician' | 'operator' | 'admin' | 'simulator'
  disabled: boolean
  userGroup: string | null
  createdAt: EpochMs
  vehicles: { id: string; plate: string; batteryCapacityWh: number | null }[]
  idTags: string[]
}

const SELECT = /* sql */ `
select u.id, u.username, u.role, u.disabled, u.user_group as "userGroup", u.created_at as "createdAt",
  coalesce((select json_agg(json_build_object('id', v.id, 'plate', v.plate, 'batteryCapacityWh', v.battery_capacity_wh) order by v.created_at, v.id)
    from vehicles v where v.user_id = u.id), '[]') as vehicles,
  coalesce((select json_agg(t.tag order by t.created_at, t.tag) from id_tags t where t.user_id = u.id), '[]') as "idTags"
from users u`

/** Accounts, newest first, without anything secret. */
export const listUsers = (
  sql: Sql,
  filter: Window & { role?: string | undefined; username?: string | undefined; page: PageRequest },
): Promise<Page<UserView>> =>
  listPage(sql, {
    select: SELECT,
    where: [
      when(filter.role, 'u.role = ?'),
      when(filter.username, 'lower(u.username) = lower(?)'),
      ...within(filter, 'u.created_at'),
    ],
    keys: [
      { column: 'u.created_at', type: 'instant', of: row => row.createdAt },
      { column: 'u.id', type: 'uuid', of: row => row.id },
    ],
    page: filter.page,
  })

export const findUser = (sql: Sql, id: string): Promise<UserView | undefined> =>
  one(sql, `${SELECT} where u.id = $1`, [id])

export interface AuditView {
  id: number
  at: EpochMs
  actorId: string | null
  actor: string
  action: string
  subject: string
  details: Record<string, unknown>
}

/** Who did what to whom, newest first. */
export const listAudit = (
  sql: Sql,
  filter: Window & { actorId?: string | undefined; subject?: string | undefined; page: PageRequest },
): Promise<Page<AuditView>> =>
  listPage(sql, {
    select: 'select id, real_at as at, actor_id as "actorId", actor, action, subject, details from audit',
    where: [when(filter.actorId, 'actor_id = ?'), when(filter.subject, 'subject = ?'), ...within(filter, 'real_at')],
    keys: [{ column: 'id', type: 'integer', of: row => row.id }],
    page: filter.page,
  })
