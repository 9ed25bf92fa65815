import { z } from 'zod'
import { chainedSites, verifyChain } from '../../store/ledger/verify.ts'
import type { App, RouteContext } from '../ports.ts'
import { answers } from '../schemas/common.ts'

const chain = z.object({
  siteId: z.string(),
  links: z.number().int().describe('Links that hold'),
  head: z.string().nullable().describe('Hash of the last of them'),
  breach: z
    .object({
      seq: z.number().int().nullable(),
      kind: z.string(),
      subject: z.string(),
      what: z.enum(['changed', 'missing', 'relinked', 'gap', 'unlisted']),
      text: z.string(),
    })
    .nullable(),
})

/** The chain over bills and settled sessions (docs/adr/0012), as `main.ts doctor` verifies it. */
export function ledgerRoutes(app: App, { database }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/ledger',
    config: { access: ['operator', 'admin'] },
    schema: {
      tags: ['Billing'],
      summary: 'Whether bills and sessions are as they were made final',
      response: answers({ 200: z.object({ holds: z.boolean(), chains: z.array(chain) }) }),
    },
    handler: async () => {
      const chains = []
      for (const siteId of await chainedSites(database.pool)) chains.push(await verifyChain(database.pool, siteId))
      return { holds: chains.every(({ breach }) => breach === null), chains }
    },
  })
}
