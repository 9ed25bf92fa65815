import type { Mode } from '../protocol/modes.ts'
import type { SimulationEvent } from './events.ts'
import type { Quirk } from './quirks.ts'

export const PILE_PROTOCOLS = ['ocpp', 'mqtt', 'http'] as const
export type PileProtocol = (typeof PILE_PROTOCOLS)[number]

export interface PileChoice {
  id: string
  mode: Mode
  protocol: PileProtocol
  /** W */
  powerW: number
}

export interface SimulationOptions {
  /** REST, `http://127.0.0.1:8080` */
  url: string
  /** `ws://127.0.0.1:9000/ocpp` */
  ocppUrl: string
  /** `mqtt://127.0.0.1:1883` */
  mqttUrl: string
  piles: PileChoice[]
  /** Charging seconds per second and the real instant where both times met. */
  clock: { speed: number; start: number }
  seed: number | string
  /** Accounts; each makes one visit at a time. */
  drivers: number
  /** Drivers per charging hour. */
  arrivalsPerHour: number
  /** Charging hours in which drivers arrive; Infinity: until stopped. */
  hours: number
  /** Visits at most; Infinity: as many as arrive. */
  visits?: number
  /** Mean faults per charging hour on the whole site. */
  faultsPerHour?: number
  /** Charging seconds between meter values; 60 unless told. */
  sampleIntervalSeconds?: number
  energyWh?: { low: number; high: number }
  /** Password of every pile, where the product wants one. */
  pilePassword?: string
  /** User with the role `simulator`, for HTTP piles. */
  simulatorUser?: { username: string; password: string } | { token: string }
  /** Real ms before an unanswered OCPP call is given up. */
  callTimeoutMs?: number
  quirks?: readonly Quirk[]
  onEvent?(event: SimulationEvent): void
}

const DEFAULT_IDS = ['F1', 'F2', 'T1', 'T2', 'T3']

/** Mode by the first letter, as the default site names its piles; power as it is configured there. */
export const modeOf = (id: string): Mode => (/^t/i.test(id) ? 'trickle' : 'fast')

/**
 * Piles from `--piles` (ids, or a count: F and T in the proportion two to three) and `--protocol` (one for all, `mixed`, or
 * `F1:ocpp,T3:mqtt` with OCPP for those that are not named). Throws an Error that says what is wrong.
 */
export function choosePiles(piles: string, protocol: string, power: { fastW: number; trickleW: number }): PileChoice[] {
  const ids = pileIds(piles)
  if (new Set(ids.map(id => id.toLowerCase())).size !== ids.length)
    throw new Error(`--piles names a pile twice: ${piles}`)
  const protocolOf = pileProtocols(ids, protocol)
  return ids.map(id => {
    const mode = modeOf(id)
    return { id, mode, protocol: protocolOf(id), powerW: mode === 'fast' ? power.fastW : power.trickleW }
  })
}

function pileIds(piles: string): string[] {
  if (!/^\d+$/.test(piles)) {
    const ids = piles
      .split(',')
      .map(id => id.trim())
      .filter(Boolean)
    if (ids.length === 0) throw new Error('--piles names no pile')
    return ids
  }
  const count = Number(piles)
  if (count < 1 || count > 10_000) throw new Error(`--piles: ${count} is not between 1 and 10000`)
  const fast = Math.max(1, Math.round((count * 2) / DEFAULT_IDS.length))
  return Array.from({ length: count }, (_, i) => (i < fast ? `F${i + 1}` : `T${i - fast + 1}`))
}

function pileProtocols(ids: string[], protocol: string): (id: string) => PileProtocol {
  const isProtocol = (word: string): word is PileProtocol => (PILE_PROTOCOLS as readonly string[]).includes(word)
  if (isProtocol(protocol)) return () => protocol
  // Mixed: every third pile speaks MQTT, the others OCPP.
  if (protocol === 'mixed') return id => (ids.indexOf(id) % 3 === 2 ? 'mqtt' : 'ocpp')
  const named = new Map<string, PileProtocol>()
  for (const pair of protocol.split(',')) {
    const [id, word] = pair.split(':').map(part => part.trim())
    if (!id || !word || !isProtocol(word))
      throw new Error(`--protocol: "${pair}" is not ocpp, mqtt, http, mixed or PILE:PROTOCOL`)
    if (!ids.includes(id)) throw new Error(`--protocol names ${id}, which is not one of the piles ${ids.join(', ')}`)
    named.set(id, word)
  }
  return id => named.get(id) ?? 'ocpp'
}
