import assert from 'node:assert/strict'
import { once } from 'node:events'
import { WebSocket } from 'ws'

type Payload = Record<string, unknown>

/** The central system answered with a CALLERROR. */
export class CallError extends Error {
  readonly code: string
  constructor(code: string, description: string) {
    super(`${code} ${description}`)
    this.code = code
  }
}

export interface StartOf {
  idTag: string
  meterStart?: number
  at?: number
  connectorId?: number
  reservationId?: number
}

export type ChargePoint = Awaited<ReturnType<typeof connectChargePoint>>

/** To be asked about its configuration surprises no charge point. */
const ANSWERS: Record<string, () => Payload> = {
  GetConfiguration: () => ({
    configurationKey: [{ key: 'SupportedFeatureProfiles', readonly: true, value: 'Core' }],
  }),
}
/** Real ms in which an answer or a command has to come. */
const PATIENCE_MS = 20_000

/**
 * An OCPP 1.6-J charge point on the bare `ws`, written from the specification alone: it shares no code with the product or
 * its simulator. Commands are answered from `answers` (Accepted unless told) and kept for `next`.
 */
export async function connectChargePoint(
  url: string,
  id: string,
  answers: Record<string, (payload: Payload) => Payload | Promise<Payload>> = {},
) {
  const socket = new WebSocket(`${url}/${id}`, ['ocpp1.6'])
  const calls = new Map<string, { resolve(result: Payload): void; reject(error: Error): void }>()
  const commands: { action: string; payload: Payload }[] = []
  const wanted = new Map<string, (payload: Payload) => void>()
  let calling = Promise.resolve<unknown>(undefined)
  let made = 0

  socket.on('message', async data => {
    const [type, messageId, ...rest] = JSON.parse(String(data))
    if (type === 3) calls.get(messageId)?.resolve(rest[0])
    else if (type === 4) calls.get(messageId)?.reject(new CallError(rest[0], rest[1]))
    else {
      const [action, payload] = rest as [string, Payload]
      const give = wanted.get(action)
      wanted.delete(action)
      if (give) give(payload)
      else commands.push({ action, payload })
      const answer = (await (answers[action] ?? ANSWERS[action])?.(payload)) ?? { status: 'Accepted' }
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify([3, messageId, answer]))
    }
  })
  await once(socket, 'open')

  const within = <T>(what: string, promise: Promise<T>): Promise<T> => {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(`${id}: never ${what}`)), PATIENCE_MS)
    return Promise.race([promise, late]).finally(() => clearTimeout(timer))
  }

  /** Says it now, without waiting for the answer of the one before; with a given message id to repeat one. */
  const say = (action: string, payload: Payload, messageId = `${id}-${++made}`): Promise<Payload> => {
    const { promise, resolve, reject } = Promise.withResolvers<Payload>()
    calls.set(messageId, { resolve, reject })
    socket.send(JSON.stringify([2, messageId, action, payload]))
    return within(`answered ${action}`, promise)
  }
  /** One call at a time, as the specification has it. */
  const call = (action: string, payload: Payload = {}): Promise<Payload> => {
    const answer = calling.then(() => say(action, payload))
    calling = answer.catch(() => {})
    return answer
  }
  const time = (at: number): string => new Date(at).toISOString()

  return {
    id,
    say,
    call,

    /** The next command of an action, or one that has come already and was not asked for. */
    next(action: string): Promise<Payload> {
      const index = commands.findIndex(command => command.action === action)
      if (index >= 0) return Promise.resolve(commands.splice(index, 1)[0]!.payload)
      const { promise, resolve } = Promise.withResolvers<Payload>()
      wanted.set(action, resolve)
      return within(`was told ${action}`, promise)
    },
    /** Commands that have come and nobody asked for. */
    commands: (action: string): Payload[] =>
      commands.filter(one => one.action === action).map(({ payload }) => payload),

    async boot(): Promise<Payload> {
      const answer = await call('BootNotification', { chargePointVendor: 'Handmade', chargePointModel: 'Wall' })
      assert.equal(answer.status, 'Accepted')
      return answer
    },

    status: (status: string, more: Payload = {}): Promise<Payload> =>
      call('StatusNotification', {
        connectorId: 1,
        errorCode: 'NoError',
        status,
        timestamp: time(Date.now()),
        ...more,
      }),

    async authorize(idTag: string): Promise<string> {
      const { idTagInfo } = await call('Authorize', { idTag })
      return (idTagInfo as { status: string }).status
    },

    async start({ idTag, meterStart = 0, at = Date.now(), connectorId = 1, ...more }: StartOf) {
      const answer = await call('StartTransaction', { connectorId, idTag, meterStart, timestamp: time(at), ...more })
      const { transactionId, idTagInfo } = answer as { transactionId: number; idTagInfo: { status: string } }
      return { transactionId, status: idTagInfo.status }
    },

    /** The register, Wh. */
    meter: (transactionId: number, meterWh: number, at = Date.now()): Promise<Payload> =>
      call('MeterValues', {
        connectorId: 1,
        transactionId,
        meterValue: [{ timestamp: time(at), sampledValue: [{ value: String(meterWh), unit: 'Wh' }] }],
      }),

    stop: (transactionId: number, meterStop: number, more: { at?: number } & Payload = {}): Promise<Payload> => {
      const { at = Date.now(), ...rest } = more
      return call('StopTransaction', { transactionId, meterStop, timestamp: time(at), ...rest })
    },

    /** The network is gone: no closing handshake. */
    drop(): void {
      socket.terminate()
    },
    async close(): Promise<void> {
      if (socket.readyState === WebSocket.CLOSED) return
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await this.close()
    },
  }
}
