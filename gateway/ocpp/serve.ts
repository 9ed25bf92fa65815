import type { Replies, ReplyTo, Report } from '../../protocol/charger/report.ts'
import { actions } from '../../protocol/ocpp16/actions.ts'
import type { Log } from './options.ts'
import type { Recorder } from './recorder.ts'
import type { Registration } from './registration.ts'
import type { Routed } from './router.ts'
import { type CallFrame, encodeError, encodeResult, type MessageId } from './rpc/frame.ts'

export interface ServePorts {
  report<R extends Report>(report: R, receivedAt: number): Promise<ReplyTo<R>>
  /** False when the charge point is gone. */
  write(text: string): boolean
  registration: Registration
  onBooted(reply: Replies['booted']): void
  recorder: Recorder
  log: Log
  about: object
}

/** When a message came: charging time for its report, the monotonic clock for its latency. */
export interface Arrival {
  receivedAt: number
  arrivedAt: number
}

/**
 * Answers calls. One whose effect central could not make durable stays without any answer: a CALLERROR can make a charger
 * drop the record, silence makes it send it again (design.md section 4).
 */
export function createServe({ report, write, registration, onBooted, recorder, log, about }: ServePorts) {
  function answer(
    kind: 'result' | 'error',
    text: string,
    id: MessageId,
    action: string | null,
    arrivedAt: number,
  ): boolean {
    const sent = write(text)
    if (sent) recorder.frame('out', kind, text, { id, action, latencyMs: performance.now() - arrivedAt })
    return sent
  }

  /** Resolves to whether the call was answered; never rejects. */
  async function call({ id, action }: CallFrame, routed: Routed, { receivedAt, arrivedAt }: Arrival): Promise<boolean> {
    if (!registration.allows(action)) {
      const text = encodeError(id, 'SecurityError', `the charge point is ${registration.standing}`)
      return answer('error', text, id, action, arrivedAt)
    }
    if (routed.kind === 'refused') {
      return answer('error', encodeError(id, routed.code, routed.description, routed.details), id, action, arrivedAt)
    }
    if (routed.kind === 'answered') return answer('result', encodeResult(id, routed.response), id, action, arrivedAt)
    try {
      const reply: unknown = await report(routed.report, receivedAt)
      if (routed.report.type === 'booted') onBooted(reply as Replies['booted'])
      const response = routed.respond(reply)
      const flaw = actions[routed.action].response.safeParse(response).error
      if (flaw) log.error({ ...about, action, issues: flaw.issues }, 'our answer is not what the specification allows')
      return answer('result', encodeResult(id, response), id, action, arrivedAt)
    } catch (error) {
      log.warn(
        { ...about, action, messageId: id, err: error },
        'message left unanswered, the charge point will repeat it',
      )
      return false
    }
  }

  /** A call that cannot be understood, whose id could be read. */
  const malformed = (id: MessageId, problem: string, arrivedAt: number): boolean =>
    answer('error', encodeError(id, 'FormationViolation', problem), id, null, arrivedAt)

  return { call, malformed }
}
