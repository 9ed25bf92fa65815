import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { instant, int8, oneOf } from './columns.ts'
import { Site } from './site.ts'

/** One link of a site's chain: `hash` is over `previous` and this entry, `digest` over the row that it is about. */
export const LedgerEntry = defineEntity({
  name: 'LedgerEntry',
  tableName: 'ledger_entries',
  properties: {
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id').primary(),
    seq: int8().primary(),
    kind: oneOf<'session' | 'bill' | 'correction' | 'payment'>(),
    subject: p.text(),
    digest: p.text(),
    previous: p.text(),
    hash: p.text(),
    at: instant(),
  },
})
export type LedgerEntry = InferEntity<typeof LedgerEntry>
