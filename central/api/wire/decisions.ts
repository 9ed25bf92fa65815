import { queueNumber } from '../../../protocol/modes.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { explainDecision, explainToOperator } from '../../core/dispatch/explain.ts'
import type { DecisionRow } from '../../store/views/decisions.ts'
import type { Language } from '../language.ts'

/** A decision as everybody may see it whose car it is; staff also see what was compared. */
export const decisionOf =
  (language: Language, staff: boolean) =>
  ({ id, requestId, mode, timeZone, ...row }: DecisionRow) => {
    const told = { ...row, timeZone, number: queueNumber(mode, row.number) }
    return {
      id: String(id),
      requestId,
      siteId: row.siteId,
      number: told.number,
      at: rfc3339(row.at),
      cause: row.cause,
      rule: row.rule === row.cause ? null : row.rule,
      from: { place: row.from, pileId: row.fromPileId },
      to: { place: row.to, pileId: row.pileId },
      reason: explainDecision(told)[language],
      ...(staff && {
        explanation: explainToOperator(told)[language],
        candidates: row.candidates.map(({ closes = false, ...candidate }) => ({
          ...candidate,
          closes,
          doneAt: rfc3339(row.at + candidate.completionSeconds * 1000),
        })),
        together: row.together,
      }),
    }
  }
