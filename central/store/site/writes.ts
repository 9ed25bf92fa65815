import type { ClientBase } from 'pg'
import { createPileWrites } from './pile-writes.ts'
import { createQueueWrites } from './queue-writes.ts'
import { askOn, runOn } from './run.ts'
import { createSessionWrites } from './session-writes.ts'

/** The writes of a site's transaction, one statement each. A row is written only through the verb named for it. */
export type SiteWrites = ReturnType<typeof createSiteWrites>

export function createSiteWrites(client: ClientBase) {
  const run = runOn(client)
  return { ...createQueueWrites(run), ...createSessionWrites(run, askOn(client)), ...createPileWrites(run) }
}
