import type { Handler } from './handlers.ts'

/** Every admitted charge point is registered: who may not be here was refused at the door. */
export const booted: Handler<'booted'> = async (
  { chargePointId, receivedAt, report },
  { writer, clock, touch, heartbeatIntervalSeconds, log },
) => {
  const { siteId, registration, featuresUnknown } = await writer.submit('boot', {
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
  return {
    status: registration,
    now: clock.now(),
    intervalSeconds: heartbeatIntervalSeconds,
    ...(featuresUnknown && registration === 'accepted' && { askCapabilities: true }),
  }
}

/** Answered from memory; last-seen rides with the next group of writes. */
export const alive: Handler<'alive'> = async ({ chargePointId, receivedAt }, { writer, clock }) => {
  writer.append('seen', { chargePointId, at: receivedAt })
  return { now: clock.now() }
}

/** A car that is called there already may now be held its place by the charger too. */
export const capabilities: Handler<'capabilities'> = async (
  { chargePointId, report },
  { keepFeatures, touch, log },
) => {
  log.info({ chargePoint: chargePointId, features: report.features }, 'charge point said what it can do')
  const siteId = await keepFeatures(chargePointId, report.features)
  if (siteId !== null) touch(siteId)
  return {}
}
