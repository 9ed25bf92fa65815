import type { EventEmitter } from 'node:events'
import RpcServerClient from 'ocpp-rpc/lib/server-client.js'
import type { WebSocket } from 'ws'
import {
  type BadFrame,
  type CallFrame,
  decode,
  type ErrorFrame,
  type Frame,
  prefixOf,
  type ResultFrame,
} from './frame.ts'

/** What became of one of our calls on the wire. */
export type Answer =
  | { kind: 'result'; payload: unknown }
  | { kind: 'error'; code: string; description: string }
  /** The answer came, but could not be read. */
  | { kind: 'broken'; text: string }
  | { kind: 'timeout' }
  | { kind: 'lost' }

/** What a socket tells its link. Every method is called synchronously, in the order of the wire. */
export interface SocketEvents {
  /** Some bytes arrived, in a frame or a pong: the peer lives. */
  onAlive(): void
  onCall(frame: CallFrame, text: string): void
  /** The answer to a call that is open; told before the call's promise resolves. */
  onAnswer(frame: ResultFrame | ErrorFrame, text: string): void
  /** An answer to no open call. */
  onStrayAnswer(frame: ResultFrame | ErrorFrame, text: string): void
  /** `answers` is true when the frame was the answer to an open call, which has failed by it. */
  onBad(frame: BadFrame, text: string, answers: boolean): void
  onClose(code: number, reason: string): void
  /** A fault of ours while a message was read; it ends neither the process nor the connection. */
  onFault(error: unknown): void
}

export interface SocketLimits {
  /** Characters of one message; what is larger is a bad message, what is four times as large ends the connection. */
  maxPayload: number
}

/** The part of `ocpp-rpc` 2.2.1 that is relied upon; its own type declarations name it private and mistake its export. */
interface RpcInternals extends EventEmitter {
  readonly state: number
  _ws: WebSocket
  _pendingCalls: Map<string, { resolve(answer: Answer): void }>
  _onMessage(data: Buffer): void
  call(action: string, payload: unknown, options: { callTimeoutMs: number }): Promise<unknown>
  sendRaw(text: string): void
  close(options: { code: number; reason: string }): Promise<unknown>
}
type RpcConstructor = new (
  options: Record<string, unknown>,
  connection: { ws: WebSocket; session: object; handshake: object },
) => RpcInternals
const Rpc = RpcServerClient as unknown as RpcConstructor

const OPEN = 1
/** A closed peer that does not say goodbye is cut off after this time. */
const CLOSE_GRACE_MS = 2000
/** A peer that lets this much pile up does not read. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024

/**
 * One charge point's socket on `ocpp-rpc`: that library numbers our calls, waits for their answers, times them out and
 * keeps the state of the connection. What it does otherwise than OCPP 1.6 needs is replaced here (see README.md).
 */
export class ChargerSocket extends Rpc {
  readonly #events: SocketEvents
  readonly #limits: SocketLimits

  constructor(ws: WebSocket, identity: string, events: SocketEvents, limits: SocketLimits) {
    // Pings, order and validation are ours; reconnecting is the charge point's business.
    const options = { identity, reconnect: false, pingIntervalMs: 0, callConcurrency: 1, strictMode: false }
    super(options, { ws, session: {}, handshake: {} })
    this.#events = events
    this.#limits = limits
    this.on('socketError', () => {})
    this.on('close', ({ code, reason }) => events.onClose(code, String(reason ?? '')))
    ws.on('pong', () => events.onAlive())
    ws.on('ping', () => events.onAlive())
  }

  get isOpen(): boolean {
    return this.state === OPEN && this._ws.readyState === OPEN
  }

  /** Sends a CALL with a fresh UUID (36 characters). The promise never rejects. Call it only when no other call is open. */
  request(
    action: string,
    payload: unknown,
    timeoutMs: number,
  ): { messageId: string; text: string; answer: Promise<Answer> } {
    let messageId = ''
    let text = ''
    // Emitted before `call` returns; the only way to learn the id.
    this.once('call', ({ payload: message }) => {
      messageId = message[1]
      text = JSON.stringify(message)
    })
    const answer = this.call(action, payload, { callTimeoutMs: timeoutMs }).catch(
      (error: Error): Answer => ({ kind: error.message === 'Call timeout' ? 'timeout' : 'lost' }),
    ) as Promise<Answer>
    return { messageId, text, answer }
  }

  /** Sends an answer if the charge point is still there and reads. */
  answer(text: string): boolean {
    if (!this.isOpen) return false
    if (this._ws.bufferedAmount > MAX_UNREAD_BYTES) {
      this.cut()
      return false
    }
    this.sendRaw(text)
    return true
  }

  ping(): void {
    if (this.isOpen) this._ws.ping()
  }

  pause(): void {
    if (this._ws.readyState === OPEN) this._ws.pause()
  }

  resume(): void {
    if (this._ws.readyState === OPEN) this._ws.resume()
  }

  /** Ends open calls as lost and closes; resolves when the socket is closed. */
  async end(code: number, reason: string): Promise<void> {
    if (this._ws.readyState >= 3) return
    this.resume()
    const timer = setTimeout(() => this._ws.terminate(), CLOSE_GRACE_MS)
    // A protocol error of the peer while closing ends it as well.
    await this.close({ code, reason: reason.slice(0, 120) }).catch(() => {})
    clearTimeout(timer)
  }

  /** Ends the connection without a goodbye. */
  cut(): void {
    this._ws.terminate()
  }

  /** Replaces ocpp-rpc's reading of messages. */
  override _onMessage(data: Buffer): void {
    try {
      this.#read(data)
    } catch (error) {
      this.#events.onFault(error)
    }
  }

  #read(data: Buffer): void {
    this.#events.onAlive()
    const text = data.toString('utf8')
    // Some chargers send empty messages to keep the line open.
    if (text.length === 0 || this.state !== OPEN) return
    if (text.length > this.#limits.maxPayload) {
      const start = prefixOf(text)
      this.#bad({ kind: 'bad', ...start, problem: `larger than ${this.#limits.maxPayload} characters` }, text)
      return
    }
    const frame: Frame = decode(text)
    switch (frame.kind) {
      case 'call':
        this.#events.onCall(frame, text)
        break
      case 'bad':
        this.#bad(frame, text)
        break
      case 'result':
        this.#answered(frame, text, { kind: 'result', payload: frame.payload })
        break
      case 'error':
        this.#answered(frame, text, { kind: 'error', code: frame.code, description: frame.description })
        break
      default:
        frame satisfies never
    }
  }

  #answered(frame: ResultFrame | ErrorFrame, text: string, answer: Answer): void {
    const pending = this._pendingCalls.get(frame.id)
    if (pending) {
      this.#events.onAnswer(frame, text)
      pending.resolve(answer)
    } else this.#events.onStrayAnswer(frame, text)
  }

  #bad(frame: BadFrame, text: string): void {
    const pending = frame.type === 2 || frame.type === null ? undefined : this._pendingCalls.get(String(frame.id))
    this.#events.onBad(frame, text, pending !== undefined)
    pending?.resolve({ kind: 'broken', text: text.slice(0, 1000) })
  }
}
