import { MILLI_WH_PER_WH } from '../protocol/units.ts'
import type { Visit } from './driver.ts'
import type { PileSession } from './pile-types.ts'

/** A line of a bill as the product shows it to its driver. */
export interface BilledDetail {
  driver: string
  billId: string
  pileId: string
  energyWh: number
  amount: number
  currency: string
}

export interface Ledger {
  sessions: readonly PileSession[]
  details: readonly BilledDetail[]
  visits: readonly Visit[]
  /** Transaction messages that were never answered, by pile. */
  pending: ReadonlyMap<string, number>
}

export interface CheckResult {
  problems: string[]
  sessions: number
  /** What the meters said and what the bills say; equal when all is well. */
  meteredWh: number
  billedWh: number
  /** Sum of the bills by currency, minor units. */
  billed: Record<string, number>
}

/** Whole Wh that the pile reported for a session: difference of its two registers. */
export const reportedWh = (session: PileSession): number =>
  session.endMilliWh === null ? 0 : (session.endMilliWh - session.startMilliWh) / MILLI_WH_PER_WH

/**
 * What must hold at the end of a day: every session ended and was billed to its driver with the energy that the pile's
 * meter counted, nothing else was billed, every request has an outcome, every message was answered.
 */
export function checkLedger({ sessions, details, visits, pending }: Ledger): CheckResult {
  const problems = visits.flatMap(visit => visit.problem ?? [])
  const open = new Set(details)
  let meteredWh = 0

  for (const session of sessions) {
    const who = `session ${session.key} of ${session.driver ?? 'nobody'}`
    if (session.endedAt === null) problems.push(`${who} has no end`)
    const energyWh = reportedWh(session)
    meteredWh += energyWh
    // Less than 1 Wh is a record without a bill (domain.md section 5).
    if (energyWh < 1) continue
    const detail = [...open].find(
      each => each.driver === session.driver && each.pileId === session.pileId && each.energyWh === energyWh,
    )
    if (detail) open.delete(detail)
    else problems.push(`${who} took ${energyWh} Wh at ${session.pileId}: no bill says so`)
  }
  for (const detail of open) {
    if (detail.energyWh === 0) continue
    problems.push(
      `bill ${detail.billId} of ${detail.driver} has ${detail.energyWh} Wh at ${detail.pileId}: no meter says so`,
    )
  }
  for (const [pileId, count] of pending)
    if (count > 0) problems.push(`${pileId} has ${count} transaction messages without an answer`)

  const billed: Record<string, number> = {}
  for (const { amount, currency } of details) billed[currency] = (billed[currency] ?? 0) + amount
  return {
    problems,
    sessions: sessions.length,
    meteredWh,
    billedWh: details.reduce((sum, detail) => sum + detail.energyWh, 0),
    billed,
  }
}
