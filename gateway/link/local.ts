import type { Chargers } from '../../protocol/charger/link.ts'

/** A gateway of this process: the chargers it can reach, and whether it holds the link of one. */
export interface Gateway extends Chargers {
  connected(chargePointId: string): boolean
}

/**
 * Several gateways of one process as one: a command goes to the gateway that holds the charger's link. Where none does,
 * the first one says so, after it has judged the command: a payload that is never allowed is refused, not offline.
 */
export function createLocalChargers(gateways: readonly Gateway[]): Chargers {
  const holderOf = (chargePointId: string): Gateway | undefined =>
    gateways.find(gateway => gateway.connected(chargePointId))

  return {
    async send(chargePointId, command, options) {
      const gateway = holderOf(chargePointId) ?? gateways[0]
      return gateway ? gateway.send(chargePointId, command, options) : { status: 'offline' }
    },
    async disconnect(chargePointId, reason) {
      await holderOf(chargePointId)?.disconnect(chargePointId, reason)
    },
  }
}
