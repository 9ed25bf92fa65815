import type { Outcome } from '../../protocol/charger/command.ts'
import { actions, isActionToChargePoint } from '../../protocol/ocpp16/actions.ts'
import { explain } from '../../protocol/ocpp16/errors.ts'
import { storable } from './quirks/text.ts'
import type { Answer } from './rpc/charger-socket.ts'

/** What a charge point says when it does, or will do, what it was asked. */
const YES = new Set(['Accepted', 'AcceptedCanceled', 'Scheduled', 'RebootRequired', 'Unlocked'])

/** What it says when it would at another time (ReserveNow, OCPP 1.6 section 7.40). */
const FOR_NOW = new Set(['Occupied', 'Unavailable'])

/** Turns what came over the wire into the outcome of a command. The charge point's own answer is passed on unchanged. */
export function outcomeOf(action: string, answer: Answer, timeoutMs: number): Outcome {
  switch (answer.kind) {
    case 'timeout':
      return {
        status: 'timed-out',
        error: { code: 'timed-out', description: `no answer in ${Math.round(timeoutMs)} ms` },
      }
    case 'lost':
      return {
        status: 'unknown',
        error: { code: 'link-lost', description: 'the link was lost while the call was open' },
      }
    case 'error':
      return { status: 'failed', error: storable({ code: answer.code, description: answer.description }) as Failure }
    case 'broken':
      return invalid('the answer is not a message of OCPP', answer.text)
    case 'result':
      return judge(action, answer.payload)
  }
  answer satisfies never
}

function judge(action: string, payload: unknown): Outcome {
  const result = storable(payload)
  if (!isActionToChargePoint(action)) return { status: 'accepted', result }
  const parsed = actions[action].response.safeParse(payload)
  if (!parsed.success) {
    const { problems } = explain(parsed.error, payload)
    return invalid(problems.map(problem => `${problem.path} ${problem.message}`).join('; '), result)
  }
  const { status } = parsed.data as { status?: string }
  if (status === undefined || YES.has(status)) return { status: 'accepted', result }
  return { status: 'rejected', result, ...(FOR_NOW.has(status) && { forNow: true as const }) }
}

type Failure = { code: string; description: string }

const invalid = (description: string, result: unknown): Outcome => ({
  status: 'failed',
  error: { code: 'invalid-answer', description },
  result: storable(result),
})
