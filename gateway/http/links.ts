import type { Central } from '../../protocol/charger/link.ts'
import type { ReplyTo, Report } from '../../protocol/charger/report.ts'
import type { Clock } from '../../protocol/clock.ts'
import { DomainError, type ErrorCode } from '../../protocol/errors.ts'
import { foldCase, newId } from '../../protocol/ids.ts'

/** A pino logger fits. Fields first, then the fact. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

interface Link {
  chargePointId: string
  /** null while the pile is away. */
  linkId: string | null
  /** The link that central knows of. */
  toldLinkId: string | null
  downReason: string
  silence: NodeJS.Timeout | null
  retry: NodeJS.Timeout | null
  tail: Promise<unknown>
}

const RETRY_MS = 1000
const CLOSE_MS = 2000

/** The caller is known by its token; the address of a reverse proxy would say nothing. */
const ADDRESS = '127.0.0.1'

const REFUSALS: Record<string, ErrorCode> = {
  unknown: 'not-found',
  'in-use': 'pile-not-ready',
  disabled: 'pile-not-ready',
}

/** Who is there, by when they called last; one report at a time for each pile. */
export function createHttpLinks(ports: { central: Central; clock: Clock; log: Log; silenceMs: number }) {
  const { central, clock, log } = ports
  const links = new Map<string, Link>()
  let closed = false

  const report = <R extends Report>(link: Link, what: R): Promise<ReplyTo<R>> =>
    central.report({ chargePointId: link.chargePointId, receivedAt: clock.now(), report: what })

  async function sync(link: Link): Promise<void> {
    if (link.toldLinkId !== null && link.toldLinkId !== link.linkId) {
      await report(link, { type: 'link-down', linkId: link.toldLinkId, reason: link.downReason })
      link.toldLinkId = null
    }
    const { linkId } = link
    if (linkId !== null && link.toldLinkId === null) {
      await report(link, { type: 'link-up', protocol: 'http', linkId, address: ADDRESS })
      link.toldLinkId = linkId
    }
  }

  function run<T>(link: Link, task: () => Promise<T>): Promise<T> {
    const done = link.tail.then(async () => {
      if (link.toldLinkId !== link.linkId) await sync(link)
      return task()
    })
    link.tail = done.catch(() => {})
    return done
  }

  function down(link: Link, reason: string): void {
    if (link.silence !== null) clearTimeout(link.silence)
    link.silence = null
    if (link.linkId === null) return
    link.linkId = null
    link.downReason = reason
    log.info({ pile: link.chargePointId, reason }, 'http pile disconnected')
    tell(link)
  }

  /** Tells central of a link that went down, again until it is kept. */
  function tell(link: Link): void {
    run(link, async () => {}).catch(error => {
      log.warn({ pile: link.chargePointId, err: error }, 'http link change not kept yet')
      if (closed || link.retry !== null) return
      link.retry = setTimeout(() => {
        link.retry = null
        tell(link)
      }, RETRY_MS)
      link.retry.unref()
    })
  }

  async function admitted(pileId: string): Promise<Link> {
    const known = links.get(foldCase(pileId))
    if (known !== undefined && known.linkId !== null) return known
    const answer = await central.admit({ protocol: 'http', identity: pileId, address: ADDRESS, tls: false })
    // The simulator's token stands in for the pile's password.
    if (!answer.admitted && answer.reason !== 'no-credentials') {
      throw new DomainError(REFUSALS[answer.reason] ?? 'forbidden', answer.detail || `${pileId}: ${answer.reason}`)
    }
    const chargePointId = answer.admitted ? answer.profile.chargePointId : pileId
    const key = foldCase(chargePointId)
    const link = links.get(key) ?? {
      chargePointId,
      linkId: null,
      toldLinkId: null,
      downReason: '',
      silence: null,
      retry: null,
      tail: Promise.resolve(),
    }
    links.set(key, link)
    return link
  }

  return {
    find: (pileId: string): Link | undefined => links.get(foldCase(pileId)),

    /**
     * One call of a pile: its link comes up, its time of silence begins anew, its reports follow those before it.
     * Throws `not-found` or `pile-not-ready` where central does not know the pile or it speaks otherwise.
     */
    async call<R extends Report>(pileId: string, what: R): Promise<ReplyTo<R>> {
      const link = await admitted(pileId)
      if (link.linkId === null) {
        link.linkId = newId()
        log.info({ pile: link.chargePointId }, 'http pile connected')
      }
      if (link.silence === null) {
        link.silence = setTimeout(() => down(link, 'silent'), ports.silenceMs)
        link.silence.unref()
      } else link.silence.refresh()
      return run(link, () => report(link, what))
    },

    down,

    /** Resolves when everything that waits has been tried once, or after two seconds. */
    async close(): Promise<void> {
      closed = true
      for (const link of links.values()) {
        down(link, 'gateway closing')
        if (link.retry !== null) clearTimeout(link.retry)
      }
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, CLOSE_MS)
      await Promise.race([late, Promise.all([...links.values()].map(link => link.tail))])
      clearTimeout(timer)
    },
  }
}
