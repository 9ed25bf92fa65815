import type { Verdict } from '../../../protocol/charger/report.ts'
import { foldCase } from '../../../protocol/ids.ts'
import type { EpochMs } from '../../../protocol/units.ts'

/** A tag as it is stored. */
export interface Tag {
  status: 'Accepted' | 'Blocked' | 'Expired' | 'Invalid'
  expiresAt: EpochMs | null
  parentTag: string | null
  /** How many sessions it may have open at once. */
  maxSessions: number
}

export interface VerdictInput {
  /** null is a tag nobody has entered. A failure to look it up is not this: it must not be asked at all (quirk 62). */
  tag: Tag | null
  /** The charge point's policy for tags nobody has entered. */
  acceptUnknownTags: boolean
  /** Open sessions of this tag apart from the one that is being started. */
  openSessionsElsewhere: number
  /** The driver for whom the pile is held: called to it, or reserved. */
  holder: { idTag: string | null; userId: string | null; parentTag?: string | null } | null
  asker: { idTag: string; userId: string | null }
  now: EpochMs
}

/** Why, in a word, for the operator's log. */
export type VerdictReason =
  | 'accepted'
  | 'unknown-tag-accepted'
  | 'unknown-tag'
  | 'tag-blocked'
  | 'tag-expired'
  | 'tag-invalid'
  | 'too-many-sessions'
  | 'held-for-another'

const STORED = {
  Accepted: null,
  Blocked: { status: 'blocked', why: 'tag-blocked' },
  Expired: { status: 'expired', why: 'tag-expired' },
  Invalid: { status: 'invalid', why: 'tag-invalid' },
} as const

/** Unknown tags have one session at a time, as stored ones have by default. */
const UNKNOWN: Tag = { status: 'Accepted', expiresAt: null, parentTag: null, maxSessions: 1 }

/**
 * Whether a tag may charge at a pile now, with the exact status (OCPP 1.6 section 7.2, AuthorizationStatus). Tags and
 * parent tags compare without regard to case.
 */
export function verdict(input: VerdictInput): { verdict: Verdict; why: VerdictReason } {
  const { tag, acceptUnknownTags, openSessionsElsewhere, now } = input
  const known = tag ?? UNKNOWN
  const answer = (status: Verdict['status'], why: VerdictReason) => ({
    verdict: {
      status,
      ...(known.expiresAt === null ? {} : { expiresAt: known.expiresAt }),
      ...(known.parentTag === null ? {} : { parentTag: known.parentTag }),
    },
    why,
  })
  if (tag === null && !acceptUnknownTags) return answer('invalid', 'unknown-tag')
  const stored = STORED[known.status]
  if (stored !== null) return answer(stored.status, stored.why)
  if (known.expiresAt !== null && known.expiresAt <= now) return answer('expired', 'tag-expired')
  // the dispatcher has called this very driver here: another of their cars may be charging elsewhere
  const calledHere = same(input.holder?.idTag ?? null, input.asker.idTag)
  if (openSessionsElsewhere >= known.maxSessions && !calledHere) return answer('concurrent-tx', 'too-many-sessions')
  if (!mayUse(input, known.parentTag)) return answer('blocked', 'held-for-another')
  return answer('accepted', tag === null ? 'unknown-tag-accepted' : 'accepted')
}

/** The pile is free for all, or held for this tag, for a tag of its group, or for another tag of the same user. */
function mayUse({ holder, asker }: VerdictInput, parentTag: string | null): boolean {
  if (holder === null) return true
  if (same(holder.idTag, asker.idTag)) return true
  if (same(holder.idTag, parentTag) || same(holder.parentTag ?? null, parentTag)) return true
  return asker.userId !== null && asker.userId === holder.userId
}

const same = (a: string | null, b: string | null): boolean => a !== null && b !== null && foldCase(a) === foldCase(b)
