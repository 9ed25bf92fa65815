import { MILLI_WH_PER_WH } from '../protocol/units.ts'
import type { Visit } from './driver.ts'
import type { PileSession } from './pile-types.ts'

/** A line of a bill as the product shows it to its driver. */
export interface BilledDetail {
  driver: string
  billId: string
  /** null: a line that is of no session. */
  sessionId: string | null
  pileId: string | null
  energyWh: number
  amount: number
  currency: string
}

export interface Ledger {
  sessions: readonly PileSession[]
  details: readonly BilledDetail[]
  visits: readonly Visit[]
  /** Whose tag it is; undefined for a tag of nobody here. */
  ownerOf(idTag: string): string | undefined
  /** Transaction messages that were never answered, by pile. */
  pending: ReadonlyMap<string, number>
}

export interface CheckResult {
  problems: string[]
  sessions: number
  /**
   * Sessions whose car was not its payer's: plugged in just as the place passed to the next driver. The energy must be
   * right even then, and go to the owner of the tag that the product started; a pile without a reader cannot know better.
   */
  mixedUp: number
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
export function checkLedger({ sessions, details, visits, ownerOf, pending }: Ledger): CheckResult {
  const problems = visits.flatMap(visit => visit.problem ?? [])
  const open = new Set(bySession(details))
  let meteredWh = 0
  let mixedUp = 0

  for (const session of sessions) {
    const payer = ownerOf(session.idTag) ?? session.driver
    if (payer !== session.driver) mixedUp++
    const who = `session ${session.key} of ${payer ?? 'nobody'}`
    if (session.endedAt === null) problems.push(`${who} has no end`)
    const energyWh = reportedWh(session)
    meteredWh += energyWh
    const line = lineOf(session, payer, energyWh, open)
    if (line) open.delete(line)
    // Less than 1 Wh is a record without a bill (domain.md section 5).
    else if (energyWh >= 1) problems.push(`${who} took ${energyWh} Wh at ${session.pileId}: no bill says so`)
    if (line && line.energyWh !== energyWh)
      problems.push(`${who} took ${energyWh} Wh at ${session.pileId}: its bill says ${line.energyWh} Wh`)
  }
  for (const { billId, driver, energyWh, pileId } of open)
    if (energyWh !== 0) problems.push(`bill ${billId} of ${driver} has ${energyWh} Wh at ${pileId}: no meter says so`)
  for (const [pileId, count] of pending)
    if (count > 0) problems.push(`${pileId} has ${count} transaction messages without an answer`)

  const billed: Record<string, number> = {}
  for (const { amount, currency } of details) billed[currency] = (billed[currency] ?? 0) + amount
  return {
    problems,
    sessions: sessions.length,
    mixedUp,
    meteredWh,
    billedWh: details.reduce((sum, detail) => sum + detail.energyWh, 0),
    billed,
  }
}

/** A session's line together with its corrections. */
function bySession(details: readonly BilledDetail[]): BilledDetail[] {
  const lines = new Map<string, BilledDetail>()
  details.forEach((detail, i) => {
    const key = detail.sessionId ?? `none ${i}`
    const before = lines.get(key)
    lines.set(key, before ? { ...before, energyWh: before.energyWh + detail.energyWh } : detail)
  })
  return [...lines.values()]
}

/** By the product's id of the session, or by payer, pile and energy where that is not known. */
function lineOf(
  session: PileSession,
  payer: string | null,
  energyWh: number,
  lines: Iterable<BilledDetail>,
): BilledDetail | undefined {
  const mine = [...lines].filter(line => line.driver === payer && line.pileId === session.pileId)
  return (
    mine.find(line => session.remoteId !== null && line.sessionId === String(session.remoteId)) ??
    mine.find(line => line.energyWh === energyWh)
  )
}
