import type { Report } from '../../protocol/charger/report.ts'
import type { ActionFromChargePoint } from '../../protocol/ocpp16/actions.ts'
import { actions, isAction, isActionFromChargePoint } from '../../protocol/ocpp16/actions.ts'
import { type CallErrorCode, explain } from '../../protocol/ocpp16/errors.ts'
import type { InboundAction, RequestContext } from './actions/action.ts'
import { ALWAYS_ANSWERED, inboundActions } from './actions/index.ts'
import { repair } from './quirks/repair.ts'
import { storable } from './quirks/text.ts'
import type { CallFrame } from './rpc/frame.ts'

export type Routed =
  | { kind: 'refused'; code: CallErrorCode; description: string; details: object; notes: string[] }
  | { kind: 'answered'; response: Record<string, unknown>; notes: string[] }
  | {
      kind: 'report'
      action: ActionFromChargePoint
      report: Report
      respond(reply: unknown): Record<string, unknown>
      notes: string[]
    }

/**
 * What a call means: a report for central with the way back to a response, or the CALLERROR it deserves. Pure; never
 * throws for any frame. `strict` refuses every payload that the official schema forbids; tolerant repairs it.
 */
export function route(call: CallFrame, validation: 'tolerant' | 'strict'): Routed {
  const notes = new Set(call.notes)
  if (!isAction(call.action)) return refused('NotImplemented', 'there is no such action', notes)
  if (!isActionFromChargePoint(call.action)) {
    return refused('NotSupported', 'only a central system sends this', notes)
  }
  const schema = actions[call.action].request
  const strict = schema.safeParse(call.payload)
  if (strict.success) return understood(call, call.action, strict.data, notes)
  if (validation === 'strict') return violation(strict.error, call.payload, notes)
  const repaired = repair(schema, call.payload)
  for (const name of repaired.notes) notes.add(name)
  if (repaired.problems.length > 0 && !ALWAYS_ANSWERED.has(call.action) && !forgiven(call.action, repaired.problems)) {
    const remaining = schema.safeParse(repaired.value)
    return violation(remaining.error ?? strict.error, repaired.value, notes)
  }
  return understood(call, call.action, repaired.value, notes)
}

/** A status is worth more than its error code: a missing one is NoError. */
const forgiven = (action: string, problems: { path: string }[]): boolean =>
  action === 'StatusNotification' && problems.every(problem => problem.path === '/errorCode')

function understood(call: CallFrame, action: ActionFromChargePoint, payload: unknown, notes: Set<string>): Routed {
  const mapping: InboundAction = inboundActions[action]
  if ('answer' in mapping) return { kind: 'answered', response: mapping.answer, notes: [...notes] }
  const request = storable(payload) as never
  if (request !== payload) notes.add('unstorable-text')
  const context: RequestContext = { messageId: call.id, note: name => notes.add(name) }
  const report = mapping.report(request, context)
  return {
    kind: 'report',
    action,
    report,
    respond: reply => mapping.respond(reply as never, request),
    notes: [...notes],
  }
}

function violation(error: Parameters<typeof explain>[0], payload: unknown, notes: Set<string>): Routed {
  const { code, problems } = explain(error, payload)
  const first = problems[0]
  return refused(code, first ? `${first.path} ${first.message}` : 'the payload is not allowed', notes, { problems })
}

const refused = (code: CallErrorCode, description: string, notes: Set<string>, details: object = {}): Routed => ({
  kind: 'refused',
  code,
  description,
  details,
  notes: [...notes, `refused:${code}`],
})
