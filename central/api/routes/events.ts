import { z } from 'zod'
import { listPiles } from '../../store/views/piles.ts'
import { signedIn } from '../auth.ts'
import { createLiveFeed } from '../live/feed.ts'
import { mayUserSee } from '../live/visibility.ts'
import type { App, RouteContext } from '../ports.ts'
import { pileOf } from '../wire/piles.ts'

/** Live events as Server-Sent Events: a snapshot of the piles, then what changes, with ids to resume at. */
export function eventRoutes(app: App, { database, events, link, log, clock }: RouteContext): void {
  const feed = createLiveFeed(events)
  app.addHook('onClose', async () => feed.close())
  // streams never end by themselves: a server that stops would wait for them for ever
  app.addHook('preClose', async () => feed.close())

  app.route({
    method: 'GET',
    url: '/events',
    config: { access: 'user' },
    schema: {
      tags: ['Live'],
      summary: 'Server-Sent Events: `snapshot`, then deltas; `Last-Event-ID` resumes',
      response: { 200: z.string().describe('text/event-stream') },
    },
    handler: async (request, reply) => {
      const viewer = signedIn(request)
      const lastId = Number(request.headers['last-event-id'])
      const resume = Number.isSafeInteger(lastId) && feed.holds(lastId) ? lastId : null
      // taken before the snapshot is read: what happens meanwhile is in both, never in neither
      const from = resume ?? feed.lastId()
      const piles =
        resume === null ? (await listPiles(database.pool, { now: clock.now() })).map(pile => pileOf(pile, link)) : null
      reply.hijack()
      feed.attach(reply.raw, {
        headers: { ...reply.getHeaders(), 'x-request-id': request.id },
        after: from,
        snapshot: piles && { piles },
        filter: event => mayUserSee(event, viewer),
        onDropped: () => log.warn({ user: viewer.name }, 'slow live client dropped'),
      })
    },
  })
}
