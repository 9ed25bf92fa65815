import type { Client } from 'aedes'

/** Packets of which a client may still get a second copy: overlapping subscriptions are served within one round. */
const REMEMBERED = 256

/**
 * aedes counts the packets it takes in and gives a client none with a smaller number than the last, to serve overlapping
 * subscriptions once. But a packet of QoS 0 overtakes one of QoS 1 taken in before it, which is then lost to every
 * subscriber. That count is put out of action here, and copies are known by their own numbers instead.
 */
export function createCopies() {
  const served = new WeakMap<Client, Set<string>>()
  return {
    /** Before the client's first packet. */
    watch(client: Client): void {
      Object.assign(client, { duplicates: NEVER_COUNTS })
      served.set(client, new Set())
    },

    /** Whether the client has had this packet; from now on it has. Retained ones, sent at a subscription, have no number. */
    isCopy(client: Client, packet: { brokerId?: string; brokerCounter?: number }): boolean {
      if (!packet.brokerId || !packet.brokerCounter) return false
      const key = `${packet.brokerId} ${packet.brokerCounter}`
      const seen = served.get(client)
      if (seen === undefined) return false
      if (seen.has(key)) return true
      if (seen.size >= REMEMBERED) seen.delete(seen.values().next().value!)
      seen.add(key)
      return false
    },
  }
}

const NEVER_COUNTS: object = new Proxy({}, { get: () => 0, set: () => true, deleteProperty: () => true })
