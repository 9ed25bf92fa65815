import type { EpochMs } from '../../../protocol/units.ts'
import { at, type Run } from '../site/run.ts'
import { contentOf, type LedgerKind, linkHash, sha256 } from './content.ts'

const APPEND = (kind: LedgerKind): string => /* sql */ `
with head as (select seq, hash from ledger_entries where site_id = $1 order by seq desc limit 1),
entry as (
  select coalesce((select seq from head), 0) + 1 as seq, coalesce((select hash from head), '') as previous,
    ${sha256(`${contentOf[kind]('$2')}::text`)} as digest, ${at('$3')} as at
)
insert into ledger_entries (site_id, seq, kind, subject, digest, previous, hash, at)
select $1, seq, '${kind}', $2, digest, previous, ${linkHash({ previous: 'previous', seq: 'seq', kind: `'${kind}'`, subject: '$2::text', digest: 'digest', at: 'at' })}, at
from entry`

/**
 * The next link of a site's chain, over the row as it is now in this transaction. The caller holds the lock on the site's
 * row, so that links follow one another. A row that may be written again (a late stop) gets a new link each time: the
 * last one counts.
 */
export const createLedger = (run: Run) => ({
  chain: (siteId: string, kind: LedgerKind, subject: string | number, now: EpochMs): Promise<number> =>
    run(APPEND(kind), [siteId, String(subject), now]),
})
