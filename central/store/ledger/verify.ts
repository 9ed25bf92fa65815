import type { ClientBase, Pool } from 'pg'
import { contentOf, LEDGER_KINDS, type LedgerKind, linkHash, sha256 } from './content.ts'

/** Where a chain is broken. `seq` is null for a row that is in no link. */
export interface Breach {
  siteId: string
  seq: number | null
  kind: LedgerKind
  subject: string
  what: 'changed' | 'missing' | 'relinked' | 'gap' | 'unlisted'
  text: string
}

export interface ChainReport {
  siteId: string
  links: number
  /** Hash of the last link: noted somewhere else it shows a chain that was written anew as a whole. Null for no links. */
  head: string | null
  /** The first broken link, null for none. */
  breach: Breach | null
}

const PAGE = 5_000

interface Link {
  seq: number
  kind: LedgerKind
  subject: string
  previous: string
  hash: string
  rehashed: string
  digest: string
  /** Null when a later link is about the same row, or when the row is gone. */
  present: string | null
  last: boolean
}

const LINKS = /* sql */ `
select e.seq, e.kind, e.subject, e.previous, e.hash, e.digest,
  ${linkHash({ previous: 'e.previous', seq: 'e.seq', kind: 'e.kind', subject: 'e.subject', digest: 'e.digest', at: 'e.at' })} as rehashed, l.last,
  case when not l.last then null ${LEDGER_KINDS.map(kind => `when e.kind = '${kind}' then ${sha256(`${contentOf[kind]('e.subject')}::text`)}`).join('\n')} end as present
from ledger_entries e cross join lateral (
  select not exists (select from ledger_entries o where o.kind = e.kind and o.subject = e.subject and o.site_id = e.site_id and o.seq > e.seq) as last) l
where e.site_id = $1 and e.seq > $2 order by e.seq limit ${PAGE}`

/** Rows that should be in the chain and are not: those since its first link. */
const UNLISTED = /* sql */ `
with first as (select min(at) as at from ledger_entries where site_id = $1),
rows as (
  select 'session' as kind, s.id::text as subject, s.settled_at as at from charging_sessions s where s.site_id = $1
  union all select 'bill', b.id::text, b.created_at from bills b where b.site_id = $1
  union all select 'correction', d.id::text, d.created_at from billing_details d where d.site_id = $1 and d.kind = 'correction'
  union all select 'payment', p.id::text, p.at from payments p join bills b on b.id = p.bill_id where b.site_id = $1
)
select rows.kind, rows.subject from rows, first
where rows.at >= first.at and not exists (select from ledger_entries e where e.site_id = $1 and e.kind = rows.kind and e.subject = rows.subject)
order by rows.at, rows.kind, rows.subject limit 1`

/** Walks a site's chain and compares each link with the row that it is about. Stops at the first broken one. */
export async function verifyChain(
  db: ClientBase | Pool,
  siteId: string,
  progress: (links: number) => void = () => {},
): Promise<ChainReport> {
  let previous: Link | undefined
  let links = 0
  for (;;) {
    const { rows } = await db.query<Link>(LINKS, [siteId, previous?.seq ?? 0])
    for (const link of rows) {
      const breach = breachOf(siteId, previous, link)
      if (breach !== null) return { siteId, links, head: previous?.hash ?? null, breach }
      previous = link
      links++
    }
    progress(links)
    if (rows.length < PAGE) break
  }
  const { rows } = await db.query<{ kind: LedgerKind; subject: string }>(UNLISTED, [siteId])
  const [row] = rows
  const breach: Breach | null =
    row === undefined
      ? null
      : { siteId, seq: null, ...row, what: 'unlisted', text: `${row.kind} ${row.subject} is in no link of the chain` }
  return { siteId, links, head: previous?.hash ?? null, breach }
}

function breachOf(siteId: string, previous: Link | undefined, link: Link): Breach | null {
  const { seq, kind, subject } = link
  const about = `${kind} ${subject}`
  const breach = (what: Breach['what'], text: string): Breach => ({ siteId, seq, kind, subject, what, text })
  if (seq !== (previous?.seq ?? 0) + 1) return breach('gap', `links before ${seq} (${about}) are missing`)
  if (link.previous !== (previous?.hash ?? '') || link.hash !== link.rehashed)
    return breach('relinked', `link ${seq} (${about}) was altered: its hash does not follow from what it says`)
  if (!link.last) return null
  if (link.present === null) return breach('missing', `${about} of link ${seq} is no longer there`)
  return link.present === link.digest
    ? null
    : breach('changed', `${about} of link ${seq} was changed after it was made final`)
}

/** Sites with their chains, and whether a hash that was noted earlier is a link of one of them. */
export async function chainedSites(db: ClientBase | Pool): Promise<string[]> {
  return (await db.query<{ id: string }>('select id from sites order by id')).rows.map(({ id }) => id)
}

/** The link of a hash that somebody noted; undefined when no chain has it. */
export async function linkOfHash(
  db: ClientBase | Pool,
  hash: string,
): Promise<{ siteId: string; seq: number } | undefined> {
  const { rows } = await db.query<{ siteId: string; seq: number }>(
    'select site_id as "siteId", seq from ledger_entries where hash = $1',
    [hash],
  )
  return rows[0]
}
