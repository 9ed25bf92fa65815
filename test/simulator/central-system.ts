import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

type Frame =
  | [2, string, string, Record<string, unknown>]
  | [3, string, Record<string, unknown>]
  | [4, string, string, string, object]

export interface Call {
  id: string
  action: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads into a frame as it likes
  payload: Record<string, any>
  identity: string
}

export type Answer = Record<string, unknown> | 'no-answer' | { error: string }

/**
 * A central system on bare WebSockets, for tests of charge points: it answers what a test says, writes down every call in
 * order and lets a test wait for one.
 */
export async function startCentralSystem(answers: Record<string, (call: Call, nth: number) => Answer> = {}) {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: offered => (offered.has('ocpp1.6') ? 'ocpp1.6' : false),
  })
  await once(server, 'listening')
  const calls: Call[] = []
  const counts = new Map<string, number>()
  const waiting: { accepts(call: Call): boolean; resolve(call: Call): void }[] = []
  const pending = new Map<string, (frame: Frame) => void>()
  let socket: WebSocket | null = null
  let links = 0
  let ids = 0

  const defaults: Record<string, (call: Call, nth: number) => Answer> = {
    BootNotification: () => ({ status: 'Accepted', currentTime: new Date().toISOString(), interval: 3600 }),
    Authorize: () => ({ idTagInfo: { status: 'Accepted' } }),
    Heartbeat: () => ({ currentTime: new Date().toISOString() }),
    StartTransaction: (_, nth) => ({ transactionId: 100 + nth, idTagInfo: { status: 'Accepted' } }),
  }

  function receive(from: WebSocket, identity: string, text: string): void {
    const frame = JSON.parse(text) as Frame
    if (frame[0] !== 2) {
      pending.get(frame[1])?.(frame)
      return
    }
    const [, id, action, payload] = frame
    const call: Call = { id, action, payload, identity }
    calls.push(call)
    const nth = (counts.get(action) ?? 0) + 1
    counts.set(action, nth)
    const answer = (answers[action] ?? defaults[action] ?? (() => ({})))(call, nth)
    if (typeof answer === 'object' && 'error' in answer) from.send(JSON.stringify([4, id, answer.error, '', {}]))
    else if (answer !== 'no-answer') from.send(JSON.stringify([3, id, answer]))
    for (const one of [...waiting]) {
      if (!one.accepts(call)) continue
      waiting.splice(waiting.indexOf(one), 1)
      one.resolve(call)
    }
  }

  server.on('connection', (connection, request) => {
    socket = connection
    links++
    const identity = decodeURIComponent((request.url ?? '').split('/').at(-1) ?? '')
    connection.on('message', data => receive(connection, identity, String(data)))
  })

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ocpp`,
    calls,
    links: () => links,
    actions: () => calls.map(call => call.action),
    /** The next call that fits, or one that has already come and was not waited for. */
    seen(action: string, fits: (call: Call) => boolean = () => true): Promise<Call> {
      const found = calls.find(call => call.action === action && fits(call))
      if (found) return Promise.resolve(found)
      return new Promise(resolve => {
        waiting.push({ accepts: call => call.action === action && fits(call), resolve })
      })
    },
    async call(action: string, payload: object): Promise<Frame> {
      const id = `c${++ids}`
      socket!.send(JSON.stringify([2, id, action, payload]))
      const frame = await new Promise<Frame>(resolve => pending.set(id, resolve))
      pending.delete(id)
      return frame
    },
    cut: () => socket!.terminate(),
    forget: () => void calls.splice(0),
    async close() {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

export type CentralSystem = Awaited<ReturnType<typeof startCentralSystem>>
