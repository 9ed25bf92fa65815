import type { SessionRow } from '../../store/site/snapshot.ts'
import { notice, openSessionAt, type SiteWork } from './work.ts'

/** A session has ended: nothing flows any more, whatever the last reading said, unless a newer one runs there. */
export function tellEnd(work: SiteWork, session: SessionRow, energyMilliWh: number, cause: string): void {
  if (session.pileId === null) return
  const about = { siteId: work.snap.site.id, pileId: session.pileId, at: work.now }
  work.events.push({
    type: 'session',
    ...about,
    sessionId: String(session.id),
    event: 'ended',
    energyWh: Math.round(energyMilliWh / 1000),
    reason: cause,
  })
  if (openSessionAt(work.snap, session.pileId) !== undefined) return
  work.causes.set(session.pileId, 'session-ended')
  work.events.push({ type: 'pile-session', ...about, session: null })
  const register = session.meterStopMilliWh ?? session.lastRegisterMilliWh
  work.events.push({
    type: 'pile-meter',
    ...about,
    powerW: 0,
    energyWh: register === null ? null : Math.round(register / 1000),
    voltageV: [],
    currentA: [],
    socPercent: null,
  })
}

/** A bill is made: its total, a line for each of its sessions with its corrections, and the word to each of them. */
export async function tellBill(work: SiteWork, billId: string, requestId: string): Promise<void> {
  const { rows } = await work.client.query<{
    number: number
    currency: string
    billTotal: number
    sessionId: number | null
    pileId: string
    energyMilliWh: number
    total: number
  }>(
    `select b.number, b.currency, b.total_minor as "billTotal", d.session_id as "sessionId", d.pile_id as "pileId",
       sum(d.energy_milli_wh)::bigint as "energyMilliWh", sum(d.total_minor)::bigint as "total"
     from bills b join billing_details d on d.request_id = b.request_id where b.id = $1
     group by b.id, d.session_id, d.pile_id order by min(d.number)`,
    [billId],
  )
  const first = rows[0]
  if (first === undefined) return
  work.events.push({
    type: 'bill',
    siteId: work.snap.site.id,
    at: work.now,
    billId,
    number: String(first.number),
    total: { amount: first.billTotal, currency: first.currency },
    // what an expired reservation costs is of no session
    lines: rows.flatMap(({ sessionId, pileId, energyMilliWh, total, currency }) =>
      sessionId === null
        ? []
        : [
            {
              sessionId: String(sessionId),
              pileId,
              energyWh: Math.round(energyMilliWh / 1000),
              total: { amount: total, currency },
            },
          ],
    ),
  })
  for (const { sessionId, pileId, energyMilliWh } of rows) {
    if (sessionId === null) continue
    work.events.push({
      type: 'session',
      siteId: work.snap.site.id,
      at: work.now,
      pileId,
      sessionId: String(sessionId),
      event: 'billed',
      energyWh: Math.round(energyMilliWh / 1000),
      reason: null,
    })
  }
  notice(work, 'request', `bill ${first.number}: ${first.billTotal / 100} ${first.currency}`, {
    requestId,
    data: { billId },
  })
}
