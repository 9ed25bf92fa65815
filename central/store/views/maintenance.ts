import type { EpochMs } from '../../../protocol/units.ts'
import { type Filter, listPage, type Page, type PageRequest, type Sql, type Window, when, whenTime } from './page.ts'

export const WINDOW_STATES = ['planned', 'running', 'over', 'cancelled'] as const
export type WindowState = (typeof WINDOW_STATES)[number]

export interface MaintenanceView {
  id: string
  siteId: string
  pileId: string
  from: EpochMs
  to: EpochMs
  reason: string
  createdBy: string | null
  createdAt: EpochMs
  cancelledAt: EpochMs | null
}

const SELECT = /* sql */ `
select w.id, p.site_id as "siteId", w.pile_id as "pileId", w.from_at as "from", w.to_at as "to", w.reason,
  w.created_by as "createdBy", w.created_at as "createdAt", w.cancelled_at as "cancelledAt"
from maintenance_windows w join charging_piles p on p.id = w.pile_id`

/** Announced work, the latest beginning first; of a window, what touches it. */
export const listWindows = (
  sql: Sql,
  filter: Window & {
    id?: string
    pileId?: string | undefined
    siteId?: string | undefined
    state?: WindowState | undefined
    now: EpochMs
    page: PageRequest
  },
): Promise<Page<MaintenanceView>> =>
  listPage(sql, {
    select: SELECT,
    where: [
      when(filter.id, 'w.id = ?'),
      when(filter.pileId, 'lower(w.pile_id) = lower(?)'),
      when(filter.siteId, 'p.site_id = ?'),
      filter.state === undefined ? null : inState(filter.state, filter.now),
      whenTime(filter.from, 'w.to_at > ?'),
      whenTime(filter.to, 'w.from_at < ?'),
    ],
    keys: [
      { column: 'w.from_at', type: 'instant', of: row => row.from },
      { column: 'w.id', type: 'uuid', of: row => row.id },
    ],
    page: filter.page,
  })

export const windowState = ({ from, to, cancelledAt }: MaintenanceView, now: EpochMs): WindowState =>
  cancelledAt !== null ? 'cancelled' : now < from ? 'planned' : now < to ? 'running' : 'over'

function inState(state: WindowState, now: EpochMs): Filter | null {
  switch (state) {
    case 'planned':
      return whenTime(now, 'w.cancelled_at is null and w.from_at > ?')
    case 'running':
      return whenTime(now, 'w.cancelled_at is null and w.from_at <= ? and w.to_at > ?')
    case 'over':
      return whenTime(now, 'w.cancelled_at is null and w.to_at <= ?')
    case 'cancelled':
      return { text: 'w.cancelled_at is not null', values: [] }
  }
}
