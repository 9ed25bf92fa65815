import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'

type Payload = Record<string, unknown>

/** Real ms a charge point waits for an answer before it sends the same message again. */
const RESEND_MS = 2000

interface Kept {
  messageId: string
  action: string
  payload: Payload
  sent: boolean
  answered: (result: Payload) => void
}

/**
 * A charge point with a memory, on the bare `ws`: a transaction message is kept until it is answered with a CALLRESULT and
 * is sent again after silence or on the next connection, one at a time and in order (OCPP 1.6 sections 3.7.1 and 4.1.1 of
 * OCPP-J). A CALLERROR is kept as a complaint and the message is dropped, as real ones do. Commands are accepted.
 */
export function createCharger(id: string) {
  let socket: WebSocket | null = null
  let url = ''
  let made = 0
  let stopped = false
  let working = false
  const queue: Kept[] = []
  const answers = new Map<string, (frame: unknown[]) => void>()
  const errors: { action: string; code: string }[] = []
  const commands: { action: string; payload: Payload }[] = []
  let resent = 0

  function onMessage(data: unknown): void {
    const frame = JSON.parse(String(data)) as unknown[]
    const [type, messageId] = frame as [number, string]
    if (type === 2) {
      commands.push({ action: frame[2] as string, payload: frame[3] as Payload })
      socket?.send(JSON.stringify([3, messageId, { status: 'Accepted' }]))
    } else answers.get(messageId)?.(frame)
  }

  /** Sends once; null when no answer came in time or the link is gone. */
  async function attempt(messageId: string, action: string, payload: Payload): Promise<unknown[] | null> {
    const link = socket
    if (link === null || link.readyState !== WebSocket.OPEN) return null
    const { promise, resolve } = Promise.withResolvers<unknown[] | null>()
    const lost = (): void => resolve(null)
    const timer = setTimeout(lost, RESEND_MS)
    answers.set(messageId, resolve)
    link.once('close', lost)
    link.send(JSON.stringify([2, messageId, action, payload]))
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      link.off('close', lost)
      answers.delete(messageId)
    }
  }

  async function work(): Promise<void> {
    while (queue.length > 0 && !stopped && socket?.readyState === WebSocket.OPEN) {
      const message = queue[0]!
      const { messageId, action, payload, answered } = message
      if (message.sent) resent++
      message.sent = true
      const frame = await attempt(messageId, action, payload)
      if (frame === null) continue
      queue.shift()
      if (frame[0] === 4) errors.push({ action, code: String(frame[2]) })
      else answered(frame[2] as Payload)
    }
  }

  function goOn(): void {
    if (working) return
    working = true
    work().finally(() => {
      working = false
      if (queue.length > 0 && socket?.readyState === WebSocket.OPEN && !stopped) goOn()
    })
  }

  async function open(): Promise<void> {
    const link = new WebSocket(`${url}/${id}`, ['ocpp1.6'])
    link.on('error', () => {})
    link.on('message', onMessage)
    await once(link, 'open')
    socket = link
    goOn()
  }

  const time = (at: number): string => new Date(at).toISOString()

  /** Kept until answered; resolves to the answer, however long that takes. */
  function tell(action: string, payload: Payload): Promise<Payload> {
    const { promise, resolve } = Promise.withResolvers<Payload>()
    queue.push({ messageId: `${id}-${++made}`, action, payload, sent: false, answered: resolve })
    goOn()
    return promise
  }

  return {
    id,
    /** CALLERRORs that were answered to kept messages. */
    errors,
    commands,
    tell,
    /** Messages without an answer yet. */
    waiting: (): number => queue.length,
    /** How often a message had to be sent again. */
    resent: (): number => resent,

    /** Connects, here or to where the central system is now; tries until it is let in. */
    async connect(to: string, signal?: AbortSignal): Promise<void> {
      url = to
      for (;;) {
        try {
          return await open()
        } catch (error) {
          if (signal?.aborted !== false) throw error
          await pause(200)
        }
      }
    },
    /** A question that is not kept: true when it was answered in time. */
    async ask(action: string, payload: Payload = {}): Promise<boolean> {
      const frame = await attempt(`${id}-${++made}`, action, payload)
      return frame?.[0] === 3
    },

    boot: () => tell('BootNotification', { chargePointVendor: 'Handmade', chargePointModel: 'Memory' }),
    status: (status: string) => tell('StatusNotification', { connectorId: 1, errorCode: 'NoError', status }),
    async start(idTag: string, meterStart: number, at: number): Promise<number> {
      const payload = { connectorId: 1, idTag, meterStart, timestamp: time(at) }
      return (await tell('StartTransaction', payload)).transactionId as number
    },
    meter: (transactionId: number, wh: number, at: number) =>
      tell('MeterValues', {
        connectorId: 1,
        transactionId,
        meterValue: [{ timestamp: time(at), sampledValue: [{ value: String(wh), unit: 'Wh' }] }],
      }),
    stop: (transactionId: number, meterStop: number, at: number) =>
      tell('StopTransaction', { transactionId, meterStop, timestamp: time(at), reason: 'EVDisconnected' }),

    /** Ends for good; what is kept is given up. */
    end(): void {
      stopped = true
      socket?.terminate()
    },
  }
}

export type Charger = ReturnType<typeof createCharger>
