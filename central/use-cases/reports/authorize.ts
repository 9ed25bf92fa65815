import type { Pool } from 'pg'
import { DomainError } from '../../../protocol/errors.ts'
import { verdict } from '../../core/session/verdict.ts'
import { authorizeFacts, strangerSeen } from '../../store/statements/authorize.ts'
import type { ReportPorts } from './handlers.ts'

/**
 * A card held to a charge point. OCPP 1.6 does not say to which connector: accepted if the tag may charge at any of its
 * piles. A tag that charges at this very charge point is accepted, because its owner may want to stop.
 * Throws when the facts cannot be had: that is never Invalid (quirk 62).
 */
export function createAuthorize(pool: Pool): ReportPorts['authorize'] {
  return async (chargePointId, idTag, now) => {
    const facts = await authorizeFacts(pool, chargePointId, idTag)
    if (facts === null) throw new DomainError('not-found', `charge point ${chargePointId} was removed`)
    if (facts.tag === null) await strangerSeen(pool, chargePointId, idTag, now)
    const { tag, userId, acceptUnknownTags, openSessionsElsewhere, piles } = facts
    const holders = piles.length === 0 ? [null] : piles.map(({ holder }) => holder)
    const verdicts = holders.map(holder =>
      verdict({ tag, acceptUnknownTags, openSessionsElsewhere, holder, asker: { idTag, userId }, now }),
    )
    const best = verdicts.find(({ verdict: { status } }) => status === 'accepted') ?? verdicts[0]!
    return { ...best, siteId: facts.siteId, pileId: piles.length === 1 ? piles[0]!.pileId : null }
  }
}
