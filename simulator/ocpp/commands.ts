import type { ActionToChargePoint, RequestOf, ResponseOf } from '../../protocol/ocpp16/actions.ts'
import type { PileBehaviour } from '../pile-behaviour.ts'
import type { Configuration } from './configuration.ts'

/** The one connector of a simulated charge point. */
export const CONNECTOR = 1

export type Handler<A extends ActionToChargePoint> = (request: RequestOf<A>) => ResponseOf<A>
export type Handlers = { [A in ActionToChargePoint]?: Handler<A> }

export interface CommandContext {
  pile: PileBehaviour
  configuration: Configuration
  clearCache(): void
  /** Runs after the answer is on its way. */
  later(act: () => void): void
  reboot(hard: boolean): void
  say: { boot(): void; heartbeat(): void; status(connectorId: number): void }
}

const yes = { status: 'Accepted' } as const
const no = { status: 'Rejected' } as const

/** What the charge point answers to the commands of a central system, one entry for each action it knows. */
export function commandHandlers({ pile, configuration, clearCache, later, reboot, say }: CommandContext): Handlers {
  return {
    RemoteStartTransaction: ({ connectorId, idTag }) =>
      (connectorId ?? CONNECTOR) === CONNECTOR && canStart(pile, idTag) ? startLater(pile, idTag, later) : no,

    RemoteStopTransaction: ({ transactionId }) => {
      if (pile.session()?.remoteId !== transactionId) return no
      later(() => pile.stop(session => session.remoteId === transactionId, 'Remote'))
      return yes
    },

    Reset: ({ type }) => {
      later(() => reboot(type === 'Hard'))
      return yes
    },

    ChangeAvailability: ({ connectorId, type }) => {
      if (connectorId > CONNECTOR || connectorId < 0) return no
      return { status: pile.setAvailability(type === 'Operative') === 'scheduled' ? 'Scheduled' : 'Accepted' }
    },

    UnlockConnector: ({ connectorId }) => {
      if (connectorId !== CONNECTOR) return { status: 'NotSupported' }
      later(() => pile.stop(() => true, 'UnlockCommand'))
      return { status: 'Unlocked' }
    },

    TriggerMessage: ({ requestedMessage, connectorId }) => {
      if (connectorId !== undefined && (connectorId < 0 || connectorId > CONNECTOR)) return no
      switch (requestedMessage) {
        case 'BootNotification':
          later(say.boot)
          return yes
        case 'Heartbeat':
          later(say.heartbeat)
          return yes
        case 'StatusNotification':
          later(() => say.status(connectorId ?? CONNECTOR))
          return yes
        case 'MeterValues':
          if (!pile.session()) return no
          later(() => pile.sampleNow())
          return yes
        default:
          return { status: 'NotImplemented' }
      }
    },

    GetConfiguration: ({ key }) => {
      const { configurationKey, unknownKey } = configuration.get(key)
      return { configurationKey, ...(unknownKey.length > 0 && { unknownKey }) }
    },

    ChangeConfiguration: ({ key, value }) => ({ status: configuration.change(key, value) }),

    ReserveNow: ({ connectorId, idTag, expiryDate, reservationId }) => {
      if (connectorId !== CONNECTOR) return no
      const { status } = pile.report()
      if (status === 'Faulted') return { status: 'Faulted' }
      if (status === 'Unavailable') return { status: 'Unavailable' }
      const replaced = pile.reservations.active()?.id === reservationId
      if (status !== 'Available' && !(status === 'Reserved' && replaced)) return { status: 'Occupied' }
      pile.reservations.set({ id: reservationId, idTag, expiresAt: Date.parse(expiryDate) })
      return yes
    },

    CancelReservation: ({ reservationId }) => (pile.reservations.cancel(reservationId) ? yes : no),

    ClearCache: () => {
      clearCache()
      return yes
    },

    DataTransfer: () => ({ status: 'UnknownVendorId' }),
  }
}

const canStart = (pile: PileBehaviour, idTag: string): boolean => !pile.refuses(idTag)

/** Accepted first, then the transaction begins: the order a central system sees from real chargers. */
function startLater(pile: PileBehaviour, idTag: string, later: (act: () => void) => void): typeof yes {
  later(() => pile.remoteStart({ idTag }))
  return yes
}
