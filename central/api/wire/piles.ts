import { queueNumber } from '../../../protocol/modes.ts'
import { type EpochMs, rfc3339, wattHours } from '../../../protocol/units.ts'
import { type PileView as PileState, pileState } from '../../core/pile/state.ts'
import type { PileView } from '../../store/views/piles.ts'
import type { QueuedCar } from '../../store/views/queue.ts'
import type { Actor } from '../../use-cases/verbs.ts'
import { isStaff } from '../auth.ts'
import type { ApiPorts } from '../ports.ts'

type Link = ApiPorts['link']

const isConnected = (pile: PileView, link: Link): boolean => link.connected(pile.chargePointId) ?? pile.connected

/** What the pile shows now, by the same pure function as the dispatcher's. */
export const stateOf = (pile: PileView, link: Link): PileState =>
  pileState({
    inService: pile.inService && pile.nextMaintenance?.running !== true,
    linkUp: isConnected(pile, link),
    status: pile.status,
    errorCode: pile.errorCode,
    chargePointStatus: pile.chargePointStatus,
    openFault: pile.openFaults > 0,
    sessionOpen: pile.session !== null,
    heldForCar: pile.queued > 0,
  })

/** Whether cars can be served there at all. */
export const isWorking = ({ state }: PileState): boolean => state === 'available' || state === 'occupied'

export function pileOf(pile: PileView, link: Link) {
  const { state, detail } = stateOf(pile, link)
  return {
    id: pile.id,
    siteId: pile.siteId,
    mode: pile.mode,
    powerW: pile.powerW,
    state,
    detail,
    connected: isConnected(pile, link),
    protocol: pile.protocol,
    chargePointId: pile.chargePointId,
    connectorId: pile.connectorId,
    queueLength: pile.queueLength,
    queued: pile.queued,
    inService: pile.inService,
    serviceReason: pile.serviceReason,
    errorCode: pile.errorCode,
    nextMaintenance: pile.nextMaintenance && {
      ...pile.nextMaintenance,
      from: rfc3339(pile.nextMaintenance.from),
      to: rfc3339(pile.nextMaintenance.to),
    },
    session: pile.session && { ...pile.session, startedAt: rfc3339(pile.session.startedAt) },
    statistics: {
      sessions: pile.sessions,
      energyWh: wattHours(pile.energyMilliWh),
      chargingSeconds: pile.chargingSeconds,
      faults: pile.faults,
    },
  }
}

/** A car in a queue. Who it is stays between its driver and the staff: others see a number. */
export function carOf(car: QueuedCar, position: number, viewer: Actor, now: EpochMs) {
  const seen = viewer.role === 'technician' || isStaff(viewer) || (car.userId !== null && car.userId === viewer.id)
  return {
    number: queueNumber(car.mode, car.number),
    position,
    mode: car.mode,
    requestedEnergyWh: car.requestedEnergyWh,
    deliveredEnergyWh: car.deliveredEnergyWh,
    waitedSeconds: Math.max(0, Math.round(((car.startedAt ?? now) - car.createdAt) / 1000)),
    charging: car.charging,
    ...(seen && {
      ...(car.userId !== null && { userId: car.userId }),
      ...(car.plate !== null && { vehicle: car.plate }),
      ...(car.vehicleId !== null && { vehicleId: car.vehicleId }),
      ...(car.batteryCapacityWh !== null && { batteryCapacityWh: car.batteryCapacityWh }),
    }),
  }
}
