import type { AuthorizationAsked, Verdict } from '../../../protocol/charger/report.ts'
import type { IdTagInfo } from '../../../protocol/ocpp16/types.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import { inbound } from './action.ts'

const STATUS = {
  accepted: 'Accepted',
  blocked: 'Blocked',
  expired: 'Expired',
  invalid: 'Invalid',
  'concurrent-tx': 'ConcurrentTx',
} as const satisfies Record<Verdict['status'], IdTagInfo['status']>

/** IdTagInfo (OCPP 1.6 section 7.27). A parent tag that no charger could hold is left out. */
export function idTagInfo(verdict: Verdict): IdTagInfo {
  const info: IdTagInfo = { status: STATUS[verdict.status] }
  if (verdict.expiresAt !== undefined) info.expiryDate = rfc3339(verdict.expiresAt)
  if (verdict.parentTag !== undefined && verdict.parentTag.length <= 20) info.parentIdTag = verdict.parentTag
  return info
}

/** Authorize (OCPP 1.6 section 4.1). */
export const authorize = inbound('Authorize', {
  report: (request): AuthorizationAsked => ({ type: 'authorization-asked', idTag: request.idTag ?? '' }),
  respond: reply => ({ idTagInfo: idTagInfo(reply.verdict) }),
})
