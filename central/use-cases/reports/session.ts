import type { Verdict } from '../../../protocol/charger/report.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import type { Handler, ReportPorts } from './handlers.ts'

/** Who is turned away at the reader never starts: operators see why all the same. */
export const authorizationAsked: Handler<'authorization-asked'> = async (envelope, ports) => {
  const { chargePointId, receivedAt, report } = envelope
  const { verdict, why, siteId, pileId } = await ports.authorize(chargePointId, report.idTag, receivedAt)
  if (verdict.status !== 'accepted')
    tellRefusal(ports, { chargePointId, siteId, pileId, at: receivedAt, what: 'card', verdict, why })
  return { verdict }
}

function tellRefusal(
  { emit, log }: ReportPorts,
  about: {
    chargePointId: string
    siteId: string
    pileId: string | null
    at: EpochMs
    what: string
    verdict: Verdict
    why: string
    data?: Record<string, unknown>
  },
): void {
  const { chargePointId, siteId, pileId, at, what, verdict, why, data } = about
  log.info({ chargePoint: chargePointId, pile: pileId, what, verdict: verdict.status, why }, 'tag refused')
  emit({
    type: 'notice',
    notice: verdict.status === 'invalid' ? 'unknown-tag' : 'wrong-tag',
    siteId,
    at,
    pileId,
    requestId: null,
    text: `${what} at ${pileId ?? chargePointId}: ${why}`,
    data: { chargePointId, ...data, verdict: verdict.status, why },
  })
}

/** The same start again gets the same number and makes no second record (quirk 40). The dispatcher joins it to a request. */
export const sessionStarted: Handler<'session-started'> = async (envelope, ports) => {
  const { chargePointId, receivedAt, report } = envelope
  const effect = {
    chargePointId,
    connectorId: report.connectorId,
    idTag: report.idTag,
    startKey: report.startKey,
    registerMilliWh: report.registerMilliWh ?? null,
    at: report.at ?? null,
    receivedAt,
    reservationId: report.reservationId ?? null,
    requestId: report.requestId ?? null,
  }
  let result = await ports.writer.submit('start', effect)
  if (!result.repeated && result.pileId === null && (await ports.adoptConnector(chargePointId, report.connectorId))) {
    result = await ports.writer.submit('start', effect)
  }
  const { transactionId, verdict, why, siteId, pileId, repeated } = result
  if (siteId !== null) {
    if (!repeated && verdict.status !== 'accepted') {
      const data = { connectorId: report.connectorId, transactionId }
      tellRefusal(ports, { chargePointId, siteId, pileId, at: receivedAt, what: 'start', verdict, why, data })
    }
    ports.touch(siteId)
  }
  return { transactionId, verdict }
}

export const meterSampled: Handler<'meter-sampled'> = async (envelope, ports) => {
  const { chargePointId, receivedAt, report } = envelope
  const { siteId, pileId, sessionId, targetReached, limited, settleAgain } = await ports.writer.submit('readings', {
    chargePointId,
    connectorId: report.connectorId,
    ...(report.transactionId === undefined ? {} : { transactionId: report.transactionId }),
    ...(report.startKey === undefined ? {} : { startKey: report.startKey }),
    receivedAt,
    readings: report.readings,
  })
  if (siteId === null || pileId === null) return {}
  const last = report.readings.at(-1)
  if (last !== undefined) {
    ports.emit({
      type: 'pile-meter',
      siteId,
      pileId,
      at: receivedAt,
      powerW: last.powerW ?? null,
      energyWh: last.registerMilliWh === undefined ? null : Math.round(last.registerMilliWh / 1000),
      voltageV: last.voltageV ?? [],
      currentA: last.currentA ?? [],
      socPercent: last.socPercent ?? null,
    })
  }
  ports.sessionMoved({ siteId, pileId, sessionId, powerW: last?.powerW ?? null })
  if (targetReached || limited || settleAgain) ports.touch(siteId)
  else ports.refresh(siteId)
  return {}
}

/** The first valid stop wins; a repetition is answered and changes nothing; one that fits nothing is kept as an anomaly. */
export const sessionEnded: Handler<'session-ended'> = async (envelope, ports) => {
  const { chargePointId, receivedAt, report } = envelope
  const { outcome, transactionId, siteId, pileId, verdict } = await ports.writer.submit('stop', {
    chargePointId,
    ...(report.connectorId === undefined ? {} : { connectorId: report.connectorId }),
    ...(report.transactionId === undefined ? {} : { transactionId: report.transactionId }),
    ...(report.startKey === undefined ? {} : { startKey: report.startKey }),
    ...(report.registerMilliWh === undefined ? {} : { registerMilliWh: report.registerMilliWh }),
    ...(report.at === undefined ? {} : { at: report.at }),
    ...(report.idTag === undefined ? {} : { idTag: report.idTag }),
    ...(report.startedAt === undefined ? {} : { startedAt: report.startedAt }),
    receivedAt,
    reason: report.reason,
    readings: report.readings,
  })
  if (outcome === 'anomaly' || outcome === 'orphan') {
    ports.emit({
      type: 'notice',
      notice: 'anomaly',
      siteId,
      at: receivedAt,
      pileId,
      requestId: null,
      text:
        outcome === 'orphan'
          ? `a stop from ${chargePointId} fits no session`
          : `a second, different stop from ${chargePointId}`,
      data: { chargePointId, transactionId, outcome },
    })
  }
  if (siteId !== null && outcome === 'ended') ports.touch(siteId)
  return {
    ...(transactionId === null ? {} : { transactionId }),
    ...(verdict === undefined || verdict === null ? {} : { verdict }),
  }
}
