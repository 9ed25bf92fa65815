import t from 'tap'
import { keepFeatures } from '../../central/store/statements/boot.ts'
import type { LinkEffect } from '../../central/store/statements/link.ts'
import type { StatusEffect } from '../../central/store/statements/status.ts'
import { MINUTE, NOW, type Store, store } from './fixture.ts'

const status = (s: Store, given: Partial<StatusEffect> = {}) =>
  s.writer.submit('status', {
    chargePointId: 'A',
    connectorId: 1,
    status: 'Charging',
    errorCode: 'NoError',
    receivedAt: NOW,
    ...given,
  })
const link = (s: Store, given: Partial<LinkEffect> = {}) =>
  s.writer.submit('link', {
    chargePointId: 'A',
    up: true,
    linkId: 'L1',
    protocol: 'ocpp1.6',
    address: '127.0.0.1',
    node: 'n',
    at: NOW,
    ...given,
  })
const pile = (s: Store) => s.one("select * from charging_piles where id = 'A'")
const point = (s: Store) => s.one("select * from charge_points where id = 'A'")

t.test('a status and its error are kept apart and compared with what was stored', async t => {
  const s = await store(t)
  t.strictSame(await status(s), { siteId: 'S', pileId: 'A', known: true, changed: true })
  t.strictSame(await status(s, { at: NOW - 5 }), { siteId: 'S', pileId: 'A', known: true, changed: false })
  t.equal((await status(s, { errorCode: 'OtherError', vendorErrorCode: 'E7', info: 'hot' })).changed, true)
  t.match(await pile(s), {
    status: 'Charging',
    error_code: 'OtherError',
    vendor_error_code: 'E7',
    info: 'hot',
    status_at: null,
    status_received_at: NOW,
  })
  t.equal((await status(s, { errorCode: 'OtherError', receivedAt: NOW + 1, at: NOW })).changed, false)
  t.match(await pile(s), { vendor_error_code: null, info: null, status_at: NOW, status_received_at: NOW + 1 })
  t.equal((await point(s)).status, null)
})

t.test('who plugged in is known until the pile is available again, and its power is then none', async t => {
  const s = await store(t)
  await s.pool.query('update charging_piles set power_now_w = 7000')
  await status(s, { status: 'Preparing', idTag: 'TAG1' })
  await status(s, { status: 'Charging' })
  t.match(await pile(s), { plugged_tag: 'TAG1', power_now_w: 7000 })
  await status(s, { status: 'Available' })
  t.match(await pile(s), { plugged_tag: null, power_now_w: 0 })
})

t.test('connector 0 is the charge point as a whole', async t => {
  const s = await store(t)
  t.strictSame(await status(s, { connectorId: 0, status: 'Unavailable' }), {
    siteId: 'S',
    pileId: null,
    known: true,
    changed: true,
  })
  t.equal((await status(s, { connectorId: 0, status: 'Unavailable' })).changed, false)
  t.match(await point(s), { status: 'Unavailable', error_code: 'NoError', status_received_at: NOW })
  t.equal((await pile(s)).status, null)
})

t.test('a connector or charge point that nobody knows', async t => {
  const s = await store(t)
  t.strictSame(await status(s, { connectorId: 9 }), { siteId: 'S', pileId: null, known: false, changed: false })
  t.strictSame(await status(s, { chargePointId: 'gone' }), { siteId: null, pileId: null, known: false, changed: false })
  t.strictSame(await link(s, { chargePointId: 'gone' }), { siteId: null, changed: false })
})

t.test('a link comes up, and goes down only while it is the stored one', async t => {
  const s = await store(t)
  t.strictSame(await link(s), { siteId: 'S', changed: true })
  t.match(await point(s), {
    connected: true,
    protocol: 'ocpp1.6',
    link_id: 'L1',
    link_node: 'n',
    link_since: NOW,
    address: '127.0.0.1',
    last_seen_at: NOW,
  })
  t.equal((await link(s)).changed, false)
  t.equal((await link(s, { linkId: 'L2', at: NOW + 1 })).changed, true)
  t.equal((await link(s, { up: false, at: NOW + 2 })).changed, false, 'a late end of the old link')
  t.match(await point(s), { connected: true, link_id: 'L2', link_since: NOW + 1 })
  t.strictSame(await link(s, { up: false, linkId: 'L2', protocol: null, address: '', at: NOW + 3 }), {
    siteId: 'S',
    changed: true,
  })
  t.match(await point(s), {
    connected: false,
    link_id: null,
    link_node: null,
    link_since: NOW + 3,
    protocol: 'ocpp1.6',
    address: '127.0.0.1',
    last_seen_at: NOW + 3,
  })
  t.equal((await link(s, { up: false, linkId: 'L2' })).changed, false)
})

t.test('a boot registers, unless an operator has decided otherwise', async t => {
  const s = await store(t)
  const boot = (given = {}) =>
    s.writer.submit('boot', { chargePointId: 'A', vendor: 'V', model: 'M', details: { a: 1 }, at: NOW, ...given })
  t.strictSame(await boot({ serial: 's\0', firmware: '1' }), {
    siteId: 'S',
    registration: 'accepted',
    featuresUnknown: true,
  })
  t.match(await point(s), {
    vendor: 'V',
    model: 'M',
    serial: 's\u{FFFD}',
    firmware: '1',
    boot_details: { a: 1 },
    last_boot_at: NOW,
    last_seen_at: NOW,
    registration: 'accepted',
  })
  await s.pool.query("update charge_points set registration = 'pending' where id = 'B'")
  t.strictSame(await boot({ chargePointId: 'B' }), {
    siteId: 'S',
    registration: 'pending',
    featuresUnknown: true,
  })
  t.strictSame(await boot({ chargePointId: 'gone' }), {
    siteId: null,
    registration: 'rejected',
    featuresUnknown: false,
  })
})

t.test('what a firmware can do is forgotten with the firmware', async t => {
  const s = await store(t)
  const boot = async (firmware: string) =>
    (await s.writer.submit('boot', { chargePointId: 'A', vendor: 'V', model: 'M', details: {}, at: NOW, firmware }))
      .featuresUnknown
  t.equal(await boot('1'), true)
  t.equal(await keepFeatures(s.pool, 'A', ['Core', 'Reservation']), 'S')
  t.equal(await boot('1'), false)
  t.strictSame((await point(s)).feature_profiles, ['Core', 'Reservation'])
  t.equal(await boot('2'), true)
  t.equal(await keepFeatures(s.pool, 'nobody', []), null)
})

t.test('heartbeats are stored together, the last one of each charge point', async t => {
  const s = await store(t)
  for (const at of [NOW, NOW + MINUTE, NOW + 1]) s.writer.append('seen', { chargePointId: 'A', at })
  s.writer.append('seen', { chargePointId: 'B', at: NOW })
  await s.writer.drain()
  t.equal(s.writer.stats().committed, 2)
  t.equal((await point(s)).last_seen_at, NOW + MINUTE)
  s.writer.append('seen', { chargePointId: 'A', at: NOW })
  await s.writer.drain()
  t.equal((await point(s)).last_seen_at, NOW + MINUTE)
})
