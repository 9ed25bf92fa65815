import t from 'tap'
import { type Tag, type VerdictInput, verdict } from '../../central/core/session/verdict.ts'

const NOW = Date.parse('2026-06-01T12:00:00Z')
const tag = (more: Partial<Tag> = {}): Tag => ({
  status: 'Accepted',
  expiresAt: null,
  parentTag: null,
  maxSessions: 1,
  ...more,
})
const ask = (more: Partial<VerdictInput> = {}) =>
  verdict({
    tag: tag(),
    acceptUnknownTags: false,
    openSessionsElsewhere: 0,
    holder: null,
    asker: { idTag: 'CARD-1', userId: 'ann' },
    now: NOW,
    ...more,
  })
const asker = { idTag: 'CARD-1', userId: null }

t.test('a tag gets its exact status and the operator the reason', async t => {
  const table: [string, Partial<VerdictInput>, status: string, why: string][] = [
    ['known', {}, 'accepted', 'accepted'],
    ['unknown', { tag: null }, 'invalid', 'unknown-tag'],
    ['unknown where all are accepted', { tag: null, acceptUnknownTags: true }, 'accepted', 'unknown-tag-accepted'],
    [
      'unknown and charging',
      { tag: null, acceptUnknownTags: true, openSessionsElsewhere: 1 },
      'concurrent-tx',
      'too-many-sessions',
    ],
    ['blocked', { tag: tag({ status: 'Blocked' }), acceptUnknownTags: true }, 'blocked', 'tag-blocked'],
    ['stored as expired', { tag: tag({ status: 'Expired' }) }, 'expired', 'tag-expired'],
    ['stored as invalid', { tag: tag({ status: 'Invalid' }) }, 'invalid', 'tag-invalid'],
    ['blocked before expired', { tag: tag({ status: 'Blocked', expiresAt: NOW - 1 }) }, 'blocked', 'tag-blocked'],
    ['expired this instant', { tag: tag({ expiresAt: NOW }) }, 'expired', 'tag-expired'],
    ['expires in a moment', { tag: tag({ expiresAt: NOW + 1 }) }, 'accepted', 'accepted'],
    ['charging elsewhere', { openSessionsElsewhere: 1 }, 'concurrent-tx', 'too-many-sessions'],
    ['a fleet card with room', { tag: tag({ maxSessions: 3 }), openSessionsElsewhere: 2 }, 'accepted', 'accepted'],
    [
      'a fleet card without',
      { tag: tag({ maxSessions: 3 }), openSessionsElsewhere: 3 },
      'concurrent-tx',
      'too-many-sessions',
    ],
  ]
  for (const [name, more, status, why] of table) t.match(ask(more), { verdict: { status }, why }, name)
})

t.test('a pile held for a driver is theirs alone', async t => {
  const bob = { idTag: 'CARD-2', userId: 'bob' }
  const table: [string, Partial<VerdictInput>, status: string, why: string][] = [
    ['another driver', { holder: bob }, 'blocked', 'held-for-another'],
    ['another driver who is charging', { holder: bob, openSessionsElsewhere: 1 }, 'concurrent-tx', 'too-many-sessions'],
    ['the tag itself, in other letters', { holder: { idTag: 'card-1', userId: null } }, 'accepted', 'accepted'],
    ['the same user with another tag', { holder: { idTag: 'CARD-2', userId: 'ann' } }, 'accepted', 'accepted'],
    ['two without a user', { holder: { idTag: 'CARD-2', userId: null }, asker }, 'blocked', 'held-for-another'],
    ['two without a tag in common', { holder: { idTag: null, userId: 'bob' }, asker }, 'blocked', 'held-for-another'],
    ['held for the parent', { holder: bob, tag: tag({ parentTag: 'card-2' }) }, 'accepted', 'accepted'],
    ['a sibling', { holder: { ...bob, parentTag: 'FLEET' }, tag: tag({ parentTag: 'fleet' }) }, 'accepted', 'accepted'],
    [
      'of another fleet',
      { holder: { ...bob, parentTag: 'FLEET' }, tag: tag({ parentTag: 'OTHER' }) },
      'blocked',
      'held-for-another',
    ],
    ['no parents at all', { holder: { ...bob, parentTag: null } }, 'blocked', 'held-for-another'],
    ['an unknown tag', { holder: bob, tag: null, acceptUnknownTags: true, asker }, 'blocked', 'held-for-another'],
    [
      'an unknown tag that is called',
      { holder: { idTag: 'CARD-1', userId: null }, tag: null, acceptUnknownTags: true },
      'accepted',
      'unknown-tag-accepted',
    ],
  ]
  for (const [name, more, status, why] of table) t.match(ask(more), { verdict: { status }, why }, name)
})

t.test('expiry and parent are told where the tag has them, whatever the status', async t => {
  t.strictSame(ask().verdict, { status: 'accepted' })
  t.strictSame(ask({ tag: tag({ expiresAt: NOW + 5, parentTag: 'FLEET' }) }).verdict, {
    status: 'accepted',
    expiresAt: NOW + 5,
    parentTag: 'FLEET',
  })
  t.strictSame(ask({ tag: tag({ status: 'Blocked', parentTag: 'FLEET' }) }).verdict, {
    status: 'blocked',
    parentTag: 'FLEET',
  })
})

t.test('a driver who is called to a pile may charge there while another of their cars charges elsewhere', async t => {
  const tag = { status: 'Accepted', expiresAt: null, parentTag: null, maxSessions: 1 } as const
  const asked = { tag, acceptUnknownTags: false, openSessionsElsewhere: 1, asker: { idTag: 'ab', userId: 'u' }, now: 0 }
  t.equal(verdict({ ...asked, holder: { idTag: 'AB', userId: 'u' } }).why, 'accepted')
  t.equal(verdict({ ...asked, holder: null }).why, 'too-many-sessions')
  t.equal(verdict({ ...asked, holder: { idTag: 'CD', userId: 'u' } }).why, 'too-many-sessions')
})
