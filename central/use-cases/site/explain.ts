import type { ClientBase, Pool } from 'pg'
import { explainDecision } from '../../core/dispatch/explain.ts'
import { explainWaiting } from '../../core/dispatch/explain-waiting.ts'
import type { Words } from '../../core/dispatch/words.ts'
import type { Yard } from '../../core/queue/yard.ts'
import type { CarRow, SiteSnapshot } from '../../store/site/snapshot.ts'
import { lastDecision } from '../../store/views/decisions.ts'
import { numberOf, openSessionOf } from './work.ts'

/** Why this pile, or why still waiting, in the driver's words: those of the decision that brought the car there. */
export async function explain(
  db: ClientBase | Pool,
  snap: SiteSnapshot,
  yard: Yard,
  car: CarRow,
  ahead: number,
): Promise<Words> {
  const session = openSessionOf(snap, car.requestId)
  if (car.place !== 'pile' || car.pileId === null) return explainWaiting(yard, car.requestId) ?? UNKNOWN
  if (session?.pileId === car.pileId) {
    return { en: `Charging at ${car.pileId}.`, zh: `正在 ${car.pileId} 充电。` }
  }
  const decision = await lastDecision(db, car.requestId)
  const why =
    decision?.pileId === car.pileId
      ? explainDecision({ ...decision, number: numberOf(car) })
      : { en: `Your pile is ${car.pileId}.`, zh: `您的充电桩是 ${car.pileId}。` }
  const now =
    ahead === 0
      ? { en: 'Plug in, or hold your card to it.', zh: '请插枪或刷卡。' }
      : { en: `You are number ${ahead + 1} there.`, zh: `您在该桩排第 ${ahead + 1} 位。` }
  return { en: `${why.en} ${now.en}`, zh: why.zh + now.zh }
}

const UNKNOWN: Words = { en: 'Waiting.', zh: '等候中。' }
