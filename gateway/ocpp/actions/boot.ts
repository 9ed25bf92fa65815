import type { Alive, Booted } from '../../../protocol/charger/report.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { inbound, known, present } from './action.ts'

const STATUS = { accepted: 'Accepted', pending: 'Pending', rejected: 'Rejected' } as const

/** BootNotification (OCPP 1.6 section 4.2). */
export const bootNotification = inbound('BootNotification', {
  report: (request): Booted => {
    const serial = present(request.chargePointSerialNumber) ?? present(request.chargeBoxSerialNumber)
    const firmware = present(request.firmwareVersion)
    const booted: Booted = {
      type: 'booted',
      vendor: request.chargePointVendor ?? '',
      model: request.chargePointModel ?? '',
      details: known(request),
    }
    if (serial !== undefined) booted.serial = serial
    if (firmware !== undefined) booted.firmware = firmware
    return booted
  },
  respond: reply => ({
    status: STATUS[reply.status],
    currentTime: rfc3339(reply.now),
    interval: Math.max(0, Math.round(reply.intervalSeconds)),
  }),
})

/** Heartbeat (OCPP 1.6 section 4.6). */
export const heartbeat = inbound('Heartbeat', {
  report: (): Alive => ({ type: 'alive' }),
  respond: reply => ({ currentTime: rfc3339(reply.now) }),
})
