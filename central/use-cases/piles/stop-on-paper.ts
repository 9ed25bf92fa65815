import type { Logger } from 'pino'
import { ok } from '../../../protocol/result.ts'
import { closeProvisionally } from '../site/close.ts'
import type { SiteRunner } from '../site/runner.ts'

/**
 * A pile that calls us learns with its next progress that it is to end, and a broken one knows: it completes with what it
 * delivered. Real time.
 */
const GRACE_MS = 3_000

/**
 * A pile that cannot be told to stop (HTTP): its session ends on paper with what was read, unless the pile completes it by
 * itself within the grace. The pile's own end amends it whenever it comes.
 */
export function createStopOnPaper({ sites, log }: { sites: SiteRunner; log: Logger }) {
  const waiting = new Set<NodeJS.Timeout>()
  let closed = false

  const end = (siteId: string, sessionId: number) =>
    sites.act(siteId, async work => {
      const session = work.snap.sessions.find(({ id }) => id === sessionId)
      if (session !== undefined && session.endedAt === null)
        await closeProvisionally(work, session, 'no-complete-received')
      return ok(null)
    })

  function stop(siteId: string, sessionId: number): void {
    if (closed) return
    const timer = setTimeout(() => {
      waiting.delete(timer)
      end(siteId, sessionId).catch(error => {
        log.warn({ err: error, sessionId }, 'a session that could not be told to stop could not be ended yet')
        stop(siteId, sessionId)
      })
    }, GRACE_MS)
    waiting.add(timer)
  }

  return {
    stop,

    /** What waits now is asked to stop again after the next start. */
    close(): void {
      closed = true
      for (const timer of waiting) clearTimeout(timer)
      waiting.clear()
    },
  }
}
