import type { SessionEnded, SessionStarted } from '../../../protocol/charger/report.ts'
import { foldCase } from '../../../protocol/ids.ts'
import { stopReason } from '../../../protocol/ocpp16/core.ts'
import type { MilliWh } from '../../../protocol/units.ts'
import { scaledInteger } from '../decimal.ts'
import { readingsOf } from '../metering.ts'
import { parseTime } from '../time.ts'
import { inbound, present, type RequestContext } from './action.ts'
import { idTagInfo } from './authorize.ts'
import { connectorIdOf, idOf } from './numbers.ts'

const REASONS = new Set<string>(stopReason.options)

/** StartTransaction (OCPP 1.6 section 4.8): a transaction id always, also with a tag that is not accepted. */
export const startTransaction = inbound('StartTransaction', {
  report: (request, { messageId, note }): SessionStarted => {
    const at = timeOf(request.timestamp, note)
    const register = registerOf(request.meterStart, 'meterStart', note)
    const connectorId = connectorIdOf(request.connectorId, note)
    const idTag = present(request.idTag) ?? ''
    const reservationId = idOf(request.reservationId, 'reservationId', note)
    const report: SessionStarted = {
      type: 'session-started',
      connectorId,
      idTag,
      startKey: startKey(connectorId, idTag, request.timestamp ?? `message ${messageId}`, request.meterStart),
    }
    if (at !== undefined) report.at = at
    if (register !== undefined) report.registerMilliWh = register
    if (reservationId !== undefined) report.reservationId = reservationId
    return report
  },
  respond: reply => ({ transactionId: reply.transactionId, idTagInfo: idTagInfo(reply.verdict) }),
})

/**
 * Equal for every repetition of one start, whatever its message id (quirk 40). Without a time stamp only the message id
 * tells two starts apart.
 */
const startKey = (connectorId: number, idTag: string, timestamp: string, meterStart: number | undefined): string =>
  `${connectorId}|${foldCase(idTag)}|${timestamp.slice(0, 64)}|${meterStart ?? ''}`

/** StopTransaction (OCPP 1.6 section 4.10). */
export const stopTransaction = inbound('StopTransaction', {
  report: (request, { note }): SessionEnded => {
    const at = timeOf(request.timestamp, note)
    const register = registerOf(request.meterStop, 'meterStop', note)
    const idTag = present(request.idTag)
    const transactionId = idOf(request.transactionId, 'transactionId', note)
    const reason = request.reason ?? 'Local'
    const report: SessionEnded = {
      type: 'session-ended',
      reason: REASONS.has(reason) ? reason : 'Other',
      readings: readingsOf(request.transactionData, note),
    }
    if (transactionId !== undefined) report.transactionId = transactionId
    if (register !== undefined) report.registerMilliWh = register
    if (idTag !== undefined) report.idTag = idTag
    if (at !== undefined) report.at = at
    return report
  },
  // A verdict belongs to a tag: without one in the request the member is left out (quirk 51).
  respond: (reply, request) =>
    reply.verdict === undefined || present(request.idTag) === undefined ? {} : { idTagInfo: idTagInfo(reply.verdict) },
})

function timeOf(timestamp: string | undefined, note: RequestContext['note']): number | undefined {
  const at = parseTime(timestamp)
  if (at === undefined) note('bad-time:timestamp')
  return at
}

/** Wh, whole by the specification, to mWh; absent, never zero, where it cannot be a register. */
function registerOf(wattHours: number | undefined, member: string, note: RequestContext['note']): MilliWh | undefined {
  const register = wattHours === undefined ? undefined : scaledInteger(String(wattHours), 3)
  if (register !== undefined && register >= 0) return register
  note(`unreadable-value:${member}`)
  return undefined
}
