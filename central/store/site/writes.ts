import type { ClientBase } from 'pg'
import { createLedger } from '../ledger/append.ts'
import { createMoneyWrites } from './money-writes.ts'
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
  const money = createMoneyWrites(run, askOn(client))
  const { chain } = createLedger(run)
  const chained: Pick<typeof sessions & typeof money, 'settle' | 'addBill' | 'addCorrection' | 'addVerdict'> = {
    async settle(id, now, ...figures) {
      const settled = await sessions.settle(id, now, ...figures)
      if (settled > 0) await chain(siteId, 'session', id, now)
      return settled
    },
    async addBill(bill) {
      const made = await money.addBill(bill)
      if (!made) return false
      await chain(siteId, 'bill', bill.id, bill.createdAt)
      // those that came before it name it now
      for (const id of await money.correctionsOn(bill.id)) await chain(siteId, 'correction', id, bill.createdAt)
      return true
    },
    async addCorrection(correction) {
      const made = await money.addCorrection(correction)
      await chain(siteId, 'correction', correction.id, correction.createdAt)
      return made
    },
    async addVerdict(verdict) {
      const given = await money.addVerdict(verdict)
      await chain(siteId, 'session', verdict.sessionId, verdict.at)
      return given
    },
  }
  return { ...createQueueWrites(run), ...sessions, ...money, ...createPileWrites(run), ...chained }
}
