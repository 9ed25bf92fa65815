import type { Outcome } from '../../protocol/charger/command.ts'
import { outcomeOf } from './outcome.ts'
import type { Answer } from './rpc/charger-socket.ts'

interface Waiting {
  action: string
  payload: unknown
  commandId: string
  timeoutMs: number
  timer: NodeJS.Timeout
  resolve(outcome: Outcome): void
}

/** A call on the wire. */
export interface OpenCall {
  messageId: string
  action: string
  commandId: string
  sentAt: number
}

export interface CallsPorts {
  isOpen(): boolean
  send(
    action: string,
    payload: unknown,
    timeoutMs: number,
  ): { messageId: string; text: string; answer: Promise<Answer> }
  onSent(call: OpenCall, text: string): void
}

export interface Calls {
  send(action: string, payload: unknown, options: { commandId: string; timeoutMs: number }): Promise<Outcome>
  /** Opens or closes the gate: while it is closed nothing is sent. A command waits `quietMs` at most beyond its own time. */
  setGate(open: boolean, reason?: string): void
  /** The call on the wire, and the one a late answer belongs to. */
  readonly current: OpenCall | null
  late(messageId: string): OpenCall | undefined
  /** The link is gone: the open call ends as `unknown` by its answer, those that wait were never sent. */
  end(): void
}

/** Calls given up whose late answers are still recognised (quirk 18). */
const REMEMBERED = 32

/**
 * Our calls to one charge point: one on the wire at a time, in the order they were asked for, each in bounded time. The
 * time to answer begins when a call is sent: a short one must not be over before the charge point could hear it.
 */
export function createCalls(
  ports: CallsPorts,
  limits: { callTimeoutMs: number; commandQueue: number; quietMs: number },
): Calls {
  const waiting: Waiting[] = []
  const givenUp = new Map<string, OpenCall>()
  let current: OpenCall | null = null
  let gate = false
  let gateReason = 'the charge point has not booted yet'

  function remember(call: OpenCall): void {
    givenUp.set(call.messageId, call)
    if (givenUp.size > REMEMBERED) givenUp.delete(givenUp.keys().next().value!)
  }

  async function pump(): Promise<void> {
    if (!gate || current || !ports.isOpen()) return
    const next = waiting.shift()
    if (!next) return
    clearTimeout(next.timer)
    const timeoutMs = Math.min(next.timeoutMs, limits.callTimeoutMs)
    const { messageId, text, answer } = ports.send(next.action, next.payload, timeoutMs)
    const call: OpenCall = { messageId, action: next.action, commandId: next.commandId, sentAt: performance.now() }
    current = call
    ports.onSent(call, text)
    const result = await answer
    current = null
    if (result.kind === 'timeout') remember(call)
    next.resolve(outcomeOf(next.action, result, timeoutMs))
    void pump()
  }

  function giveUp(entry: Waiting): void {
    waiting.splice(waiting.indexOf(entry), 1)
    const why = gate ? 'other commands were before it' : gateReason
    entry.resolve(notSent(why))
  }

  return {
    send: (action, payload, { commandId, timeoutMs }) =>
      new Promise(resolve => {
        if (!ports.isOpen()) return resolve({ status: 'offline' })
        if (waiting.length >= limits.commandQueue) return resolve(notSent(`${waiting.length} commands wait already`))
        const entry: Waiting = {
          action,
          payload,
          commandId,
          timeoutMs,
          resolve,
          timer: setTimeout(() => giveUp(entry), timeoutMs + limits.quietMs),
        }
        waiting.push(entry)
        void pump()
      }),
    setGate(open, reason) {
      gate = open
      if (reason !== undefined) gateReason = reason
      void pump()
    },
    get current() {
      return current
    },
    late(messageId) {
      const call = givenUp.get(messageId)
      givenUp.delete(messageId)
      return call
    },
    end() {
      gate = false
      for (const entry of waiting.splice(0)) {
        clearTimeout(entry.timer)
        entry.resolve({ status: 'offline' })
      }
    },
  }
}

const notSent = (why: string): Outcome => ({
  status: 'timed-out',
  error: { code: 'timed-out', description: `not sent: ${why}` },
})
