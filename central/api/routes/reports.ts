import { reportPiles } from '../../use-cases/billing/pile-report.ts'
import { csvOf, sendCsv } from '../csv.ts'
import { languageFor } from '../language.ts'
import type { App, RouteContext } from '../ports.ts'
import { answers } from '../schemas/common.ts'
import { pilesReport, pilesReportQuery } from '../schemas/reports.ts'
import { REPORT_COLUMNS, reportOf } from '../wire/reports.ts'

/** What the piles brought in. */
export function reportRoutes(app: App, { database }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/reports/piles',
    config: { access: ['operator', 'admin'] },
    schema: {
      tags: ['Reports'],
      summary:
        'Sessions, energy and money by day, week or month, per pile, site, mode or window; `format=csv` for a spreadsheet',
      querystring: pilesReportQuery,
      response: answers({ 200: pilesReport }),
    },
    handler: async (request, reply) => {
      const { period, by, site, from, to, format } = request.query
      const report = await reportPiles(database.pool, {
        period,
        by,
        siteId: site ?? null,
        from: from ?? null,
        to: to ?? null,
      })
      const { items, totals } = reportOf(report)
      if (format === 'json') return { period, by, items, totals }
      const language = languageFor(request)
      return sendCsv(reply, language, `report-${by}-${period}`, csvOf(REPORT_COLUMNS, language, [...items, ...totals]))
    },
  })
}
