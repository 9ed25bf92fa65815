import { reportOperations } from '../../use-cases/site/operations.ts'
import { csvOf, sendCsv } from '../csv.ts'
import { languageFor } from '../language.ts'
import type { App, RouteContext } from '../ports.ts'
import { answers } from '../schemas/common.ts'
import { operations, operationsQuery } from '../schemas/operations.ts'
import { figuresOf, OPERATIONS_COLUMNS, operationsOf } from '../wire/operations.ts'

/** How a site served its drivers. */
export function operationsRoutes(app: App, { database, clock }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/reports/operations',
    config: { access: ['operator', 'admin'] },
    schema: {
      tags: ['Reports'],
      summary:
        'Waits by mode and class, refusals, no-shows, errors of estimates, use of piles; `format=csv` for a spreadsheet',
      querystring: operationsQuery,
      response: answers({ 200: operations }),
    },
    handler: async (request, reply) => {
      const { site: siteId, from, to, format } = request.query
      const report = operationsOf(await reportOperations(database.pool, { siteId, from, to, now: clock.now() }))
      if (format === 'json') return report
      const language = languageFor(request)
      return sendCsv(reply, language, 'report-operations', csvOf(OPERATIONS_COLUMNS, language, figuresOf(report)))
    },
  })
}
