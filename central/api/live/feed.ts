import type { ServerResponse } from 'node:http'
import type { SiteEvent } from '../../../protocol/events.ts'

/** Events that are remembered for clients that come back. */
const REMEMBERED = 1000
/** Bytes that may wait in a client's socket before it is dropped: it comes back with its last id. */
const MAX_BACKLOG_BYTES = 1_000_000
/** Proxies close a connection on which nothing is said. */
const KEEP_ALIVE_MS = 15_000

interface Entry {
  id: number
  event: SiteEvent
}

export interface Attachment {
  headers: Record<string, unknown>
  /** Id after which events are sent. */
  after: number
  snapshot: object | null
  filter: (event: SiteEvent) => boolean
  onDropped: () => void
}

/** One subscription to the bus for all clients, a ring of the last events, and the clients' streams. */
export function createLiveFeed(bus: { subscribe(listener: (event: SiteEvent) => void): () => void }) {
  const ring: Entry[] = []
  const clients = new Set<(entry: Entry) => void>()
  const ends = new Set<() => void>()
  // ids go on over a restart, so that a client of the last process gets a new snapshot and not a wrong place
  let lastId = Date.now() * 1000

  const unsubscribe = bus.subscribe(event => {
    const entry = { id: ++lastId, event }
    ring.push(entry)
    if (ring.length > REMEMBERED) ring.shift()
    for (const send of clients) send(entry)
  })

  const keepAlive = setInterval(() => {
    for (const ping of pings) ping()
  }, KEEP_ALIVE_MS).unref()
  const pings = new Set<() => void>()

  return {
    lastId: (): number => lastId,
    /** Whether everything after this id is still remembered. */
    holds: (id: number): boolean => id === lastId || (ring.length > 0 && id >= ring[0]!.id - 1 && id <= lastId),

    /** Takes over a response and streams to it until either side ends. */
    attach(raw: ServerResponse, { headers, after, snapshot, filter, onDropped }: Attachment): void {
      raw.writeHead(200, {
        ...(headers as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      const write = (text: string): void => {
        raw.write(text)
        if (raw.writableLength <= MAX_BACKLOG_BYTES) return
        onDropped()
        raw.destroy()
      }
      const send = ({ id, event }: Entry): void => {
        if (filter(event)) write(`id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      }
      const ping = (): void => write(':\n\n')
      const end = (): void => void raw.end()
      if (snapshot) write(`id: ${after}\nevent: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`)
      else write(':\n\n')
      for (const entry of ring) if (entry.id > after) send(entry)
      clients.add(send)
      pings.add(ping)
      ends.add(end)
      raw.once('close', () => {
        clients.delete(send)
        pings.delete(ping)
        ends.delete(end)
      })
    },

    close(): void {
      clearInterval(keepAlive)
      unsubscribe()
      for (const end of ends) end()
    },
  }
}
