import type { ClientBase } from 'pg'
import { createLedger } from '../ledger/append.ts'
import { createPileWrites } from './pile-writes.ts'
import { createQueueWrites } from './queue-writes.ts'
import { askOn, runOn } from './run.ts'
import { createSessionWrites } from './session-writes.ts'

/** The writes of a site's transaction, one statement each. A row is written only through the verb named for it. */
export type SiteWrites = ReturnType<typeof createSiteWrites>

/** What is final is chained as it is written (docs/adr/0012). The caller holds the lock on the site's row. */
export function createSiteWrites(client: ClientBase, siteId: string) {
  const run = runOn(client)
  const sessions = createSessionWrites(run, askOn(client))
  const { chain } = createLedger(run)
  const chained: Pick<typeof sessions, 'settle' | 'addBill' | 'addCorrection'> = {
    async settle(id, now, ...figures) {
      const settled = await sessions.settle(id, now, ...figures)
      if (settled > 0) await chain(siteId, 'session', id, now)
      return settled
    },
    async addBill(bill) {
      const made = await sessions.addBill(bill)
      if (made) await chain(siteId, 'bill', bill.id, bill.createdAt)
      return made
    },
    async addCorrection(correction) {
      const made = await sessions.addCorrection(correction)
      await chain(siteId, 'correction', correction.id, correction.createdAt)
      return made
    },
  }
  return { ...createQueueWrites(run), ...sessions, ...createPileWrites(run), ...chained }
}
