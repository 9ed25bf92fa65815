import { z } from 'zod'
import { rfc3339 } from '../../../protocol/units.ts'
import { type HeldView, listHeld, REVIEW_REASONS } from '../../use-cases/billing/held.ts'
import { signedIn } from '../auth.ts'
import { type Language, preferredLanguage } from '../language.ts'
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../paging.ts'
import type { App, RouteContext } from '../ports.ts'
import { mustSucceed } from '../problem.ts'
import { bill } from '../schemas/bills.ts'
import { answers, identity, idParams, integerOr404, uuidOr404 } from '../schemas/common.ts'
import { correctionBody, held, verdictBody, verdictGiven } from '../schemas/held.ts'
import { billOf } from '../wire/bills.ts'
import { whOrNull } from '../wire/requests.ts'

const operator = { access: ['operator', 'admin'] as const }

const heldOf = (view: HeldView, language: Language) => {
  const { energyMilliWh, meterStartMilliWh, meterStopMilliWh, suspects, ...rest } = view
  return {
    ...rest,
    sessionId: String(view.sessionId),
    startedAt: rfc3339(view.startedAt),
    endedAt: rfc3339(view.endedAt),
    reason: REVIEW_REASONS[view.reviewReason][language],
    meterStartWh: whOrNull(meterStartMilliWh),
    meterStopWh: whOrNull(meterStopMilliWh),
    energyWh: Math.round(energyMilliWh / 1000),
    suspects: suspects.map(({ at, source, registerMilliWh, stepMilliWh, why }) => ({
      at: rfc3339(at),
      source,
      meterWh: registerMilliWh / 1000,
      stepWh: stepMilliWh / 1000,
      why,
    })),
  }
}

/** What operators decide about money: sessions held for review, corrections of bills. */
export function billingDeskRoutes(app: App, { verbs, database, clock }: RouteContext): void {
  const tags = ['Billing']

  app.route({
    method: 'GET',
    url: '/billing/held',
    config: operator,
    schema: {
      tags,
      summary: 'Sessions held for review, newest first, with what is wrong with their registers',
      querystring: z.object({ ...pageQuery, site: identity.optional() }),
      response: answers({ 200: pageOf(held) }),
    },
    handler: async request => {
      const language = preferredLanguage(request.headers['accept-language'])
      const { site: siteId } = request.query
      const page = await listHeld(database.pool, { siteId, now: clock.now(), page: pageRequest(request.query) })
      return pageAnswer(page, view => heldOf(view, language))
    },
  })

  app.route({
    method: 'POST',
    url: '/billing/held/:id/verdict',
    config: { ...operator, idempotent: true },
    schema: {
      tags,
      summary: 'Bill a held session as metered, with another energy, or not at all',
      params: idParams,
      body: verdictBody,
      response: answers({ 200: verdictGiven }),
    },
    handler: async request => {
      const id = integerOr404(request.params.id)
      const given = mustSucceed(await verbs.giveVerdict(signedIn(request), id, request.body))
      return { ...given, bill: given.bill === null ? null : billOf(given.bill) }
    },
  })

  app.route({
    method: 'POST',
    url: '/billing/bills/:id/corrections',
    config: { ...operator, idempotent: true },
    schema: {
      tags,
      summary: 'Credit or debit beside a bill, by an amount or by another energy of a session',
      params: idParams,
      body: correctionBody,
      response: answers({ 201: bill }),
    },
    handler: async (request, reply) => {
      const id = uuidOr404(request.params.id)
      const corrected = mustSucceed(await verbs.correctBill(signedIn(request), id, request.body))
      return reply.code(201).header('location', `/api/v1/billing/bills/${id}`).send(billOf(corrected))
    },
  })
}
