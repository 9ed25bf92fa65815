import type { Handler } from './handlers.ts'

/** Every admitted charge point is registered: who may not be here was refused at the door. */
export const booted: Handler<'booted'> = async (
  { chargePointId, receivedAt, report },
  { writer, clock, touch, heartbeatIntervalSeconds, log },
) => {
  const { siteId, registration } = await writer.submit('boot', {
    chargePointId,
    vendor: report.vendor,
    model: report.model,
    serial: report.serial ?? null,
    firmware: report.firmware ?? null,
    details: report.details,
    at: receivedAt,
  })
  log.info(
    { chargePoint: chargePointId, vendor: report.vendor, model: report.model, firmware: report.firmware },
    'charge point booted',
  )
  if (siteId !== null) touch(siteId)
  return { status: registration, now: clock.now(), intervalSeconds: heartbeatIntervalSeconds }
}

/** Answered from memory; last-seen rides with the next group of writes. */
export const alive: Handler<'alive'> = async ({ chargePointId, receivedAt }, { writer, clock }) => {
  writer.append('seen', { chargePointId, at: receivedAt })
  return { now: clock.now() }
}
