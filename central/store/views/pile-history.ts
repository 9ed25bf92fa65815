import type { EpochMs } from '../../../protocol/units.ts'
import { listPage, type Page, type PageRequest, type Sql, when, whenTime } from './page.ts'

export interface PileEventView {
  id: number
  at: EpochMs
  state: string
  detail: string | null
  errorCode: string
  cause: string
}

/** The changes of a pile's state, newest first, each with its cause. */
export const listPileEvents = (
  sql: Sql,
  filter: { pileId: string; from?: EpochMs | undefined; to?: EpochMs | undefined; page: PageRequest },
): Promise<Page<PileEventView>> =>
  listPage(sql, {
    select: 'select id, at, state, detail, error_code as "errorCode", cause from pile_events',
    where: [when(filter.pileId, 'pile_id = ?'), whenTime(filter.from, 'at >= ?'), whenTime(filter.to, 'at < ?')],
    keys: [{ column: 'id', type: 'integer', of: row => row.id }],
    page: filter.page,
  })
