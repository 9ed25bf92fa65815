import { foldCase } from '../../protocol/ids.ts'
import { branchOf, type Match } from '../../protocol/mqtt/topics.ts'
import type { Identity } from './ports.ts'

/** Identities are compared without regard to case (OCPP 1.6 CiString). */
const same = (a: string, b: string): boolean => a === b || foldCase(a) === foldCase(b)

/** A pile publishes only below its own `up/`, an integration only commands; nobody publishes anything else. */
export function mayPublish(identity: Identity, topic: string, match: Match | null, base: string): boolean {
  if (match?.name === 'set') return identity.kind !== 'pile' && identity.mayCommand
  if (identity.kind === 'integration') return false
  if (identity.kind === 'pile' && match !== null) return same(match.id, identity.chargePointId)
  const place = match === null ? branchOf(topic, base) : { id: match.id, branch: 'up' }
  if (place?.branch !== 'up') return false
  return identity.kind === 'anyone' || same(place.id, identity.chargePointId)
}

/**
 * Whether a client may subscribe to a filter. A pile reads only its own `down/`; `wireId` is its id as spelled there,
 * so that what we say arrives.
 */
export function maySubscribe(identity: Identity, filter: string, base: string): { allowed: boolean; wireId?: string } {
  if (identity.kind !== 'pile') return { allowed: true }
  const place = branchOf(filter, base)
  if (place?.branch !== 'down' || !same(place.id, identity.chargePointId)) return { allowed: false }
  return { allowed: true, wireId: place.id }
}

/** Whether a message may reach a client; guards sessions that were stored before rights changed. */
export function mayRead(identity: Identity, topic: string, base: string): boolean {
  return identity.kind !== 'pile' || maySubscribe(identity, topic, base).allowed
}

/** Who this is, in a word: a client id belongs to whoever holds it, and nobody else may take it over. */
export function principal(identity: Identity): string {
  switch (identity.kind) {
    case 'pile':
      return `pile:${foldCase(identity.chargePointId)}`
    case 'integration':
      return `integration:${identity.username}`
    case 'anyone':
      return 'anyone'
    default:
      return identity satisfies never
  }
}
