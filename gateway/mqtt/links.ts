import type { Central } from '../../protocol/charger/link.ts'
import type { ReplyTo, Report } from '../../protocol/charger/report.ts'
import type { Clock } from '../../protocol/clock.ts'
import { foldCase, newId } from '../../protocol/ids.ts'
import type { Log, Sender } from './ports.ts'

/** What we know of one pile's presence. A pile may hold several connections; its link lasts from the first to the last. */
export interface Link {
  readonly chargePointId: string
  /** The id as the pile spells it: its `down/` branch is below this. */
  wireId: string
  address: string
  /** Names the present link; null while the pile is away. */
  linkId: string | null
  /** The link that central knows of. */
  toldLinkId: string | null
  downReason: string
  readonly senders: Set<Sender>
  /** Reports run one at a time, in order. */
  tail: Promise<unknown>
  waiting: number
  retry: NodeJS.Timeout | null
  /** Who plugged in or was told to start last: a pile need not repeat it when the session starts. */
  lastTag: string | null
  /** Numbers we gave to the sessions of the pile, newest last. */
  readonly sessions: Map<string, number>
}

/** A pile that sends faster than we can keep is cut off here; it keeps what was not acknowledged. */
const MAX_WAITING = 10_000
const RETRY_FIRST_MS = 1000
const RETRY_MAX_MS = 30_000
const CLOSE_MS = 2000

export function createLinks(ports: {
  central: Central
  clock: Clock
  log: Log
  onDown: (link: Link, reason: string) => void
}) {
  const { central, clock, log } = ports
  const links = new Map<string, Link>()
  const ofSender = new Map<Sender, Set<Link>>()
  let closed = false

  const report = <R extends Report>(link: Link, what: R): Promise<ReplyTo<R>> =>
    central.report({ chargePointId: link.chargePointId, receivedAt: clock.now(), report: what })

  /** Tells central of a changed link. Throws when that could not be made durable. */
  async function sync(link: Link): Promise<void> {
    if (link.toldLinkId !== null && link.toldLinkId !== link.linkId) {
      await report(link, { type: 'link-down', linkId: link.toldLinkId, reason: link.downReason })
      link.toldLinkId = null
    }
    const linkId = link.linkId
    if (linkId !== null && link.toldLinkId === null) {
      await report(link, { type: 'link-up', protocol: 'mqtt', linkId, address: link.address })
      link.toldLinkId = linkId
    }
  }

  function run<T>(link: Link, task: () => Promise<T>): Promise<T> {
    if (link.waiting >= MAX_WAITING) return Promise.reject(new Error('too many messages are waiting'))
    link.waiting++
    const done = link.tail.then(async () => {
      try {
        if (link.toldLinkId !== link.linkId) await sync(link)
        return await task()
      } finally {
        link.waiting--
      }
    })
    link.tail = done.catch(() => {})
    return done
  }

  /** Tells central soon, and again until it is kept. */
  function settle(link: Link, delayMs: number = RETRY_FIRST_MS): void {
    run(link, async () => {}).catch(error => {
      if (closed || link.retry !== null) return
      log.warn({ pile: link.chargePointId, err: error }, 'mqtt link change not kept yet')
      link.retry = setTimeout(() => {
        link.retry = null
        settle(link, Math.min(delayMs * 2, RETRY_MAX_MS))
      }, delayMs)
      link.retry.unref()
    })
  }

  function up(link: Link): void {
    if (link.linkId !== null) return
    link.linkId = newId()
    log.info({ pile: link.chargePointId, address: link.address }, 'mqtt pile connected')
    settle(link)
  }

  function down(link: Link, reason: string): void {
    if (link.linkId === null) return
    link.linkId = null
    link.downReason = reason
    log.info({ pile: link.chargePointId, reason }, 'mqtt pile disconnected')
    ports.onDown(link, reason)
    settle(link)
  }

  /**
   * The link of a pile, kept up by this sender until it has gone, but not brought up: a connection that takes over from
   * another holds the link before the other lets go.
   */
  function hold(sender: Sender, chargePointId: string): Link {
    const key = foldCase(chargePointId)
    let link = links.get(key)
    if (link === undefined) {
      link = {
        chargePointId,
        wireId: chargePointId,
        address: sender.address,
        linkId: null,
        toldLinkId: null,
        downReason: '',
        senders: new Set(),
        tail: Promise.resolve(),
        waiting: 0,
        retry: null,
        lastTag: null,
        sessions: new Map(),
      }
      links.set(key, link)
    }
    if (!sender.gone && !link.senders.has(sender)) {
      link.senders.add(sender)
      const own = ofSender.get(sender) ?? new Set()
      ofSender.set(sender, own.add(link))
      link.address = sender.address
    }
    return link
  }

  return {
    find: (id: string): Link | undefined => links.get(foldCase(id)),

    hold,

    /** The link of a pile that this sender speaks for; it comes up unless the sender has gone already. */
    attach(sender: Sender, chargePointId: string): Link {
      const link = hold(sender, chargePointId)
      if (!sender.gone) up(link)
      return link
    },

    /** A connection is over: the links that it alone held go down. */
    release(sender: Sender, reason: string): void {
      for (const link of ofSender.get(sender) ?? []) {
        link.senders.delete(sender)
        if (link.senders.size === 0) down(link, reason)
      }
      ofSender.delete(sender)
    },

    down,
    run,
    report,
    connected: (): number => [...links.values()].filter(link => link.linkId !== null).length,

    /** Resolves when everything that waits has been tried once, or after two seconds: it was not acknowledged then. */
    async close(): Promise<void> {
      closed = true
      for (const link of links.values()) if (link.retry !== null) clearTimeout(link.retry)
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, CLOSE_MS)
      await Promise.race([late, Promise.all([...links.values()].map(link => link.tail))])
      clearTimeout(timer)
    },
  }
}

export type Links = ReturnType<typeof createLinks>
