import type { EpochMs } from '../../../protocol/units.ts'
import type { Decision } from '../queue/call.ts'
import { offsetAt } from '../tariff/zone.ts'
import { doneAt, earlier, lead, only, operatorRule, placedTogether, soonerButFull, type Words } from './words.ts'

/** A decision as it was stored, with what its words need. */
export interface ToldDecision {
  /** Of the car, such as F12. */
  number: string
  at: EpochMs
  /** The site's, for times of day. */
  timeZone: string
  cause: string
  /** A `ChoiceRule`; where nothing was to choose it is missing, or repeats the cause. */
  rule: string | null
  from: Decision['from']
  fromPileId: string | null
  to: Decision['to']
  pileId: string | null
  candidates: readonly ToldCandidate[]
  /** Of cars that were placed together. */
  together: { cars: number; totalSeconds: number } | null
}

export interface ToldCandidate {
  pileId: string
  /** From the decision until the car would be done there. */
  completionSeconds: number
  full: boolean
  closes?: boolean
}

/** Why a car was moved, for its driver: of other cars only what they mean for this one. */
export function explainDecision(told: ToldDecision): Words {
  const { number, cause, fromPileId, to, pileId } = told
  if (cause === 'walk-up' && pileId !== null) return lead.walkUp(number, pileId, fromPileId)
  if (cause === 'no-show') return lead.noShow(number, fromPileId)
  if (to === 'pile' && pileId !== null) return join(before(told), choice(told, pileId))
  if (cause === 'redeal') return join(lead.redeal, lead.noPlaceNow(number))
  return lead.breakdown(number, fromPileId)
}

/** The same for operators: the rule by its name, and every pile that was looked at. */
export function explainToOperator(told: ToldDecision): Words {
  const { candidates, pileId, together } = told
  const piles = candidates.map(candidate => {
    const time = clockTime(told, candidate.completionSeconds)
    const minutes = Math.round(candidate.completionSeconds / 60)
    return operatorRule.candidate({ ...candidate, time, minutes, chosen: candidate.pileId === pileId })
  })
  const list: Words[] = piles.length === 0 ? [] : [operatorRule.candidates(piles)]
  const total = together === null ? [] : [operatorRule.together(together.cars, Math.round(together.totalSeconds / 60))]
  return join(operatorRule.head(told.cause, told.rule), explainDecision(told), ...total, ...list)
}

/** What set it in motion, where it was not simply the car's turn. */
function before({ cause, number, fromPileId }: ToldDecision): Words {
  switch (cause) {
    case 'fault-queue':
      return lead.faultQueue(number)
    case 'redeal':
      return lead.redeal
    case 'breakdown':
      return lead.breakdown(number, fromPileId)
    default:
      return { en: '', zh: '' }
  }
}

function choice(told: ToldDecision, pileId: string): Words {
  const { number, rule, candidates, together } = told
  const chosen = candidates.find(candidate => candidate.pileId === pileId)
  if (chosen === undefined) return lead.goes(number, pileId)
  const time = clockTime(told, chosen.completionSeconds)
  const others = candidates.filter(candidate => candidate !== chosen)
  const rival = runnerUp(chosen, others)
  switch (rule) {
    case 'minimal-total':
      return join(doneAt(number, pileId, time, null), placedTogether(together?.cars ?? 0))
    case 'lowest-id':
      return doneAt(number, pileId, time, rival === undefined ? null : earlier(0, rival.pileId))
    case 'only-candidate':
      return doneAt(number, pileId, time, only(others))
    default: {
      const than = rival && earlier(rival.completionSeconds - chosen.completionSeconds, rival.pileId)
      const sooner = others.find(({ completionSeconds, full }) => full && completionSeconds < chosen.completionSeconds)
      const words = doneAt(number, pileId, time, than ?? null)
      return sooner === undefined ? words : join(words, soonerButFull(sooner.pileId))
    }
  }
}

/** The next best: of those with a free place, or of all where none has one. */
function runnerUp(chosen: ToldCandidate, others: readonly ToldCandidate[]): ToldCandidate | undefined {
  const later = others
    .filter(({ completionSeconds, closes }) => !closes && completionSeconds >= chosen.completionSeconds)
    .sort((a, b) => a.completionSeconds - b.completionSeconds)
  return later.find(({ full }) => !full) ?? later[0]
}

/** A time of day at the site; with the days from the decision on where it is not the same one. */
function clockTime({ at, timeZone }: ToldDecision, seconds: number): Words {
  const day = (instant: EpochMs) => Math.floor((instant + offsetAt(timeZone, instant).offsetMs) / 86_400_000)
  const then = at + seconds * 1000
  const time = new Date(then + offsetAt(timeZone, then).offsetMs).toISOString().slice(11, 16)
  const days = day(then) - day(at)
  if (days === 0) return { en: time, zh: time }
  return days === 1
    ? { en: `${time} tomorrow`, zh: `次日 ${time}` }
    : { en: `${time} in ${days} days`, zh: `${days} 天后 ${time}` }
}

/** Sentences one after the other; Chinese needs no space between them. */
const join = (...parts: Words[]): Words => ({
  en: parts
    .map(({ en }) => en)
    .filter(Boolean)
    .join(' '),
  zh: parts.map(({ zh }) => zh).join(''),
})
