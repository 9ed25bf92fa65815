import { setTimeout as pause } from 'node:timers/promises'
import type { Envelope } from '../../../protocol/charger/link.ts'
import type { Report } from '../../../protocol/charger/report.ts'
import { isDomainError } from '../../../protocol/errors.ts'
import type { Writer } from '../../store/writer.ts'
import type { Handler, ReportPorts } from './handlers.ts'

type StatusEnvelope = Envelope<Extract<Report, { type: 'connector-status' }>>

/** Real ms after which a status is answered all the same, and is written when the database is back. */
const PATIENCE_MS = 1000

/** The last status of each connector, by who writes it: while the database is away nobody needs the ones before. */
const newest = new WeakMap<Writer, Map<string, StatusEnvelope>>()

/**
 * Status and error are kept as said; what they mean is decided by the pile state (domain.md section 2). A database that
 * is away does not keep a charger waiting for this answer (design.md section 4): no money hangs on it, and the last one
 * is written as soon as that is possible.
 */
export const connectorStatus: Handler<'connector-status'> = async (envelope, ports) => {
  const given = new AbortController()
  const kept = keep(envelope, ports).finally(() => given.abort())
  const away = pause(PATIENCE_MS, 'away' as const, { signal: given.signal, ref: false }).catch(() => 'kept' as const)
  if ((await Promise.race([kept, away])) === 'away') {
    kept.catch(error =>
      ports.log.error({ chargePoint: envelope.chargePointId, err: error }, 'a status could not be kept'),
    )
  }
  return {}
}

async function keep(envelope: StatusEnvelope, ports: ReportPorts): Promise<void> {
  const { chargePointId, report } = envelope
  const latest = newest.get(ports.writer) ?? new Map<string, StatusEnvelope>()
  newest.set(ports.writer, latest)
  const connector = `${report.connectorId} ${chargePointId}`
  latest.set(connector, envelope)
  while (latest.get(connector) === envelope) {
    try {
      await write(envelope, ports)
      if (latest.get(connector) === envelope) latest.delete(connector)
      return
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'database-away' || ports.writer.stats().closed) throw error
      await pause(PATIENCE_MS, undefined, { ref: false })
    }
  }
}

async function write({ chargePointId, receivedAt, report }: StatusEnvelope, ports: ReportPorts): Promise<void> {
  const effect = {
    chargePointId,
    connectorId: report.connectorId,
    status: report.status,
    errorCode: report.errorCode,
    vendorErrorCode: report.vendorErrorCode ?? null,
    info: report.info ?? null,
    at: report.at ?? null,
    receivedAt,
    idTag: report.idTag ?? null,
  }
  let result = await ports.writer.submit('status', effect)
  if (!result.known && (await ports.adoptConnector(chargePointId, report.connectorId))) {
    result = await ports.writer.submit('status', effect)
  }
  if (result.siteId !== null && (result.changed || report.connectorId === 0)) ports.touch(result.siteId)
}
