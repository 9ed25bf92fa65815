import { createHash } from 'node:crypto'
import t from 'tap'
import { verifyChain } from '../../central/store/ledger/verify.ts'
import { silentLog } from '../../central/store/log.ts'
import { openDatabase } from '../../central/store/orm.ts'
import { rateStored } from '../../central/use-cases/site/rate-session.ts'
import { startProduct } from '../support/product.ts'
import { createSite, yesterday } from '../support/site.ts'

const CNY = (amount: number) => ({ amount, currency: 'CNY' })
const iso = (at: number) => new Date(at).toISOString()

// The default tariff per kWh: valley 0.40, flat 0.70, peak 1.00, and 0.80 service.
t.test('what goes wrong with registers and clocks comes to right bills, by verdicts and corrections', async t => {
  await using product = await startProduct(t, { 'charging.stopTimeoutMinutes': 0.01 })
  const { api, until } = product
  const site = createSite(product)
  const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]
  await using charger = await site.open('F1')
  const database = await openDatabase({ url: product.databaseUrl, poolSize: 2, log: silentLog })
  t.teardown(() => database.close())
  const { pool } = database

  let made = 0
  /** Registers are counted from a value that no other session began with: a start that is told twice is one session. */
  const charge = async (
    from: number,
    to: number,
    registers: [start: number, ...number[]],
    base = made++ * 10_000_000,
  ) => {
    const [start, ...rest] = registers.map(register => register + base)
    const { transactionId } = await charger.start({ idTag: ada.tag, meterStart: start!, at: yesterday(from) })
    for (const [index, register] of rest.slice(0, -1).entries())
      await charger.meter(transactionId, register, yesterday(from + ((to - from) * (index + 1)) / rest.length))
    await charger.stop(transactionId, rest.at(-1)!, { at: yesterday(to) })
    return transactionId
  }
  const session = async (id: number) => (await api('GET', `/charging/sessions/${id}`)).body
  const settled = (id: number) =>
    until(`session ${id} is settled`, async () => {
      const { rows } = await pool.query('select from charging_sessions where id = $1 and settled_at is not null', [id])
      return rows.length === 1
    })
  const detailsOf = async (id: number) => {
    await settled(id)
    const { items } = (await api('GET', `/billing/details?requestId=${(await session(id)).requestId}`)).body
    return items.reverse()
  }
  const billOf = async (id: number) => {
    const [detail] = await detailsOf(id)
    return (await api('GET', `/billing/bills/${detail.billId}`)).body
  }
  const verdict = (id: number, body: object) => api('POST', `/billing/held/${id}/verdict`, body)
  const correct = (id: string, body: object) => api('POST', `/billing/bills/${id}/corrections`, body)

  await t.test('registers in the wrong unit are held, and an operator says what was delivered', async t => {
    const huge = await charge(8, 9, [0, 6_000_000, 12_000_000])
    const [held] = await until('held', async () => {
      const { items } = (await api('GET', '/billing/held?site=default')).body
      return items.length === 1 && items
    })
    t.match(held, {
      sessionId: String(huge),
      pileId: 'F1',
      username: 'ada',
      reviewReason: 'energy-above-power',
      reason: /wrong unit/,
      energyWh: 12_000_000,
      total: CNY(1_800_000),
      suspects: [
        { source: 'reading', meterWh: 6_000_000, why: 'jumps' },
        { source: 'stop', stepWh: 6_000_000, why: 'jumps' },
      ],
    })
    const chinese = await fetch(`${product.http}/api/v1/billing/held`, {
      headers: { authorization: `Bearer ${product.admin}`, 'accept-language': 'zh-CN' },
    })
    t.match(await chinese.json(), { items: [{ reason: /单位/ }] })
    t.same(await detailsOf(huge), [], 'nothing is billed')

    t.equal((await api('GET', '/billing/held', undefined, ada.token)).status, 403)
    t.equal((await verdict(huge, { verdict: 'amend', note: 'no energy' })).status, 400)
    t.equal((await verdict(2_000_000_000, { verdict: 'bill', note: 'who?' })).status, 404)
    t.match(await verdict(huge, { verdict: 'amend', energyWh: 12_000, note: 'it counts Wh as kWh' }), {
      status: 200,
      body: { verdict: 'amend', waits: false, bill: { total: CNY(1800), energyWh: 12_000 } },
    })
    t.match(await verdict(huge, { verdict: 'void', note: 'again' }), { status: 409, body: { code: 'verdict-given' } })
    t.same((await api('GET', '/billing/held')).body.items, [])
    t.match(await session(huge), { energyWh: 12_000, reviewVerdict: 'amend', cost: CNY(1800) })

    const nothing = await charge(9, 10, [0, 90_000_000])
    await settled(nothing)
    t.match(await verdict(nothing, { verdict: 'void', note: 'a test of the meter' }), { body: { bill: null } })
    const true_ = await charge(10, 11, [0, 151_000])
    await settled(true_)
    t.match(await verdict(true_, { verdict: 'bill', note: 'a lorry' }), { body: { bill: { total: CNY(27_180) } } })
    const { items } = (await api('GET', '/audit')).body
    t.equal(items.filter(({ action }: { action: string }) => action.endsWith('/verdict')).length, 3)
  })

  await t.test('a register that resets counts from its new value; one that is missing from its neighbours', async t => {
    t.match(await billOf(await charge(8, 9, [50_000, 51_000, 100, 2100], 0)), { energyWh: 3000, total: CNY(450) })
    const { transactionId } = await charger.start({ idTag: ada.tag, meterStart: 'unknown' as never, at: yesterday(8) })
    await charger.meter(transactionId, 7000, yesterday(8.1))
    await charger.meter(transactionId, 9000, yesterday(8.5))
    await charger.stop(transactionId, 'unknown' as never, { at: yesterday(9) })
    t.match(await billOf(transactionId), { energyWh: 2000, total: CNY(300) })
    const lost = await charger.start({ idTag: ada.tag, meterStart: 'unknown' as never, at: yesterday(7) })
    await charger.stop(lost.transactionId, 9000, { at: yesterday(8) })
    await settled(lost.transactionId)
    t.match(await session(lost.transactionId), { reviewReason: 'no-start-register', cost: null })
    t.match(await verdict(lost.transactionId, { verdict: 'amend', energyWh: 1000, note: 'by the car' }), {
      body: { bill: { total: CNY(150) } },
    })
  })

  await t.test('a session over midnight is billed by the version it began under, whatever came meanwhile', async t => {
    const { transactionId } = await charger.start({ idTag: ada.tag, meterStart: 0, at: yesterday(22) })
    await until('it is joined', async () => (await session(transactionId)).requestId !== null)
    const [tariff] = (await api('GET', '/tariffs?site=default')).body.items
    const [{ definition }] = tariff.versions
    const dearer = { ...definition, service: 18_000 }
    const made = await api('POST', `/tariffs/${tariff.id}/versions`, {
      definition: dearer,
      validFrom: iso(yesterday(23)),
    })
    t.match(made, { status: 201, body: { versions: [{ version: 2, inForce: true }, { inForce: false }] } })
    await charger.stop(transactionId, 6000, { at: yesterday(25) })
    // a third flat at 1.50, two thirds valley at 1.20
    t.match(await billOf(transactionId), {
      total: CNY(780),
      details: [
        {
          windows: [
            { kind: 'flat', energyWh: 2000 },
            { kind: 'valley', energyWh: 4000 },
          ],
        },
      ],
    })
    t.match(await billOf(await charge(24, 25, [0, 1000])), { total: CNY(220) }, 'what begins later has the new version')
    t.match(await billOf(await charge(12, 13, [0, 1000])), { total: CNY(180) }, 'what began before has the old one')
  })

  await t.test('readings that come after the bill correct it, and nothing else does', async t => {
    const base = made++ * 10_000_000
    const id = await charge(9, 11, [0, 6000], base)
    const bill = await billOf(id)
    t.match(bill, { total: CNY(990), corrections: CNY(0), balance: CNY(990) })
    await charger.meter(id, base + 5000, yesterday(10))
    const corrected = await until('corrected', async () => {
      const now = await billOf(id)
      return now.details.length === 2 && now
    })
    // 5 kWh flat and 1 peak instead of 3 and 3
    t.match(corrected, {
      total: CNY(990),
      corrections: CNY(-60),
      balance: CNY(930),
      energyWh: 6000,
      details: [
        { kind: 'charge', total: CNY(990) },
        {
          kind: 'correction',
          origin: 'rated',
          billId: bill.id,
          correctsId: bill.details[0].id,
          note: 'meter values that came after the bill: 6000 Wh became 6000 Wh',
          windows: [
            { kind: 'flat', energyWh: 2000, fee: CNY(140) },
            { kind: 'peak', energyWh: -2000, fee: CNY(-200) },
          ],
        },
      ],
    })
    await charger.meter(id, base + 5000, yesterday(10))
    await charger.meter(id, base + 99_000, yesterday(12))
    t.match(await detailsOf(await charge(13, 14, [0, 1000])), [{ total: CNY(180) }], 'the site has looked again')
    t.equal((await billOf(id)).balance.amount, 930, 'the same again, and one of another session')
  })

  await t.test('an operator credits an amount, or names another energy; the bill stays as it was issued', async t => {
    const id = await charge(8, 9, [0, 4000])
    const { id: billId, details } = await billOf(id)
    t.equal((await correct(billId, { reason: 'neither' })).status, 400)
    t.equal((await correct(billId, { amount: CNY(0), reason: 'nothing' })).status, 400)
    t.equal((await correct(billId, { amount: { amount: -1, currency: 'EUR' }, reason: 'euro' })).status, 400)
    t.match(await correct(billId, { amount: CNY(-601), reason: 'too much' }), { status: 409 })
    t.equal(
      (await api('POST', `/billing/bills/${billId}/corrections`, { amount: CNY(-1), reason: 'me' }, ada.token)).status,
      403,
    )
    t.match(await correct(billId, { amount: CNY(-100), reason: 'waited in the rain' }), {
      status: 201,
      body: {
        total: CNY(600),
        corrections: CNY(-100),
        balance: CNY(500),
        details: [{ kind: 'charge' }, { kind: 'correction', otherFee: CNY(-100), energyWh: 0 }],
      },
    })
    t.match(await correct(billId, { detailId: details[0].id, energyWh: 3000, reason: 'the meter of the car' }), {
      status: 201,
      body: { total: CNY(600), balance: CNY(350), energyWh: 3000 },
    })
    t.match(await correct(billId, { energyWh: 3000, reason: 'again' }), {
      status: 409,
      body: { code: 'state-forbids' },
    })
    t.match(await billOf(id), {
      details: [
        {},
        { origin: 'given', note: 'waited in the rain (admin)', correctsId: details[0].id },
        { origin: 'rated' },
      ],
    })
  })

  await t.test('a late stop before the bill is a correction within it', async t => {
    const { body: asked } = await site.ask(bob, 'fast', 20_000)
    const first = await charger.start({ idTag: bob.tag, meterStart: 500, at: yesterday(8) })
    await site.becomes(bob, 'charging')
    await charger.meter(first.transactionId, 3500, yesterday(8.2))
    await charger.status('Faulted', { errorCode: 'GroundFailure' })
    await settled(first.transactionId)
    t.match(await session(first.transactionId), { provisional: true, energyWh: 3000, cost: CNY(450) })
    await charger.stop(first.transactionId, 4500, { at: yesterday(8.5) })
    await until('corrected', async () => (await detailsOf(first.transactionId)).length === 2)
    await charger.status('Available')
    await site.becomes(bob, 'called')
    const second = await charger.start({ idTag: bob.tag, meterStart: 500, at: yesterday(9) })
    await charger.stop(second.transactionId, 2500, { at: yesterday(10) })
    await site.ended(asked.id)
    t.match(await billOf(second.transactionId), {
      total: CNY(900),
      corrections: CNY(0),
      details: [{ total: CNY(450) }, { kind: 'correction', total: CNY(150) }, { total: CNY(300) }],
    })
  })

  await t.test('a held session whose own stop makes it possible is billed without a verdict', async t => {
    const { transactionId } = await charger.start({ idTag: ada.tag, meterStart: 0, at: yesterday(3) })
    await charger.meter(transactionId, 200_000, yesterday(3.1))
    await charger.status('Available')
    await settled(transactionId)
    t.match(await session(transactionId), { provisional: true, reviewReason: 'energy-above-power', cost: null })
    await charger.stop(transactionId, 210_000, { at: yesterday(5) })
    await until('billed', async () => (await session(transactionId)).cost !== null)
    t.match(await session(transactionId), { provisional: false, reviewReason: null, cost: CNY(25_200) })
    t.match(await verdict(transactionId, { verdict: 'bill', note: 'late' }), { status: 409 })
    t.match(await billOf(transactionId), { total: CNY(25_200), corrections: CNY(0) })
  })

  await t.test('a verdict that comes after the bill of the other sessions is a correction of it', async t => {
    // bob's car is interrupted by a fault in a session that is held, and charges on at once
    const { body: asked } = await site.ask(bob, 'fast', 400_000)
    const first = await charger.start({ idTag: bob.tag, meterStart: 0, at: yesterday(8) })
    await site.becomes(bob, 'charging')
    await charger.stop(first.transactionId, 350_000, { at: yesterday(9), reason: 'Other' })
    await charger.status('Faulted', { errorCode: 'GroundFailure' })
    await settled(first.transactionId)
    t.match(await session(first.transactionId), { reviewReason: 'energy-above-power', endCause: 'fault' })
    await charger.status('Available')
    await site.becomes(bob, 'called')
    const second = await charger.start({ idTag: bob.tag, meterStart: 0, at: yesterday(9) })
    await charger.stop(second.transactionId, 2000, { at: yesterday(10) })
    await site.ended(asked.id)
    const bill = await billOf(second.transactionId)
    t.match(
      bill,
      { total: CNY(300), details: [{ sessionId: String(second.transactionId) }] },
      'the other one is billed',
    )
    t.match(await verdict(first.transactionId, { verdict: 'amend', energyWh: 10_000, note: 'half an hour' }), {
      body: { bill: { id: bill.id, total: CNY(300), corrections: CNY(1500), balance: CNY(1800), energyWh: 12_000 } },
    })
  })

  await t.test('another tariff is tried on a past period, and changes nothing', async t => {
    const tables = [
      'bills',
      'billing_details',
      'charging_sessions',
      'charging_requests',
      'meter_values',
      'tariffs',
      'tariff_versions',
      'ledger_entries',
    ]
    const checksum = async () => {
      const hash = createHash('sha256')
      for (const table of tables) {
        const { rows } = await pool.query(
          `select coalesce(string_agg(md5(x::text), '' order by x::text), '') as sum from ${table} x`,
        )
        hash.update(rows[0].sum)
      }
      return hash.digest('hex')
    }
    const before = await checksum()
    const [tariff] = (await api('GET', '/tariffs?site=default')).body.items
    const period = { from: iso(yesterday(0)), to: iso(yesterday(22.5)) }
    const preview = async (more: object) => (await api('POST', '/tariffs/preview', { ...period, ...more })).body
    const same = await preview({ tariffId: tariff.id, version: 1 })
    t.ok(same.sessions > 10)
    t.match(same, { siteId: 'default', difference: CNY(0), problems: [] }, 'the very same comes out')
    t.ok(same.items.every((item: { difference: { amount: number } }) => item.difference.amount === 0))
    const flat = {
      version: 1,
      currency: 'CNY',
      minorDigits: 2,
      windows: [{ fromMinute: 0, toMinute: 1440, kind: 'flat', price: 10_000 }],
      service: 0,
    }
    const one = await preview({ definition: flat, pileId: 'F1', mode: 'fast' })
    const energy = one.items.reduce((sum: number, item: { energyWh: number }) => sum + item.energyWh, 0)
    t.match(one, { energyWh: energy, new: CNY(energy / 10), old: same.old })
    t.same(one.difference, CNY(energy / 10 - same.old.amount))
    t.match(await preview({ definition: flat, mode: 'trickle' }), { sessions: 0, old: CNY(0), items: [] })
    t.match(await preview({ definition: { ...flat, windows: [] } }), { problems: [{ path: '/definition/windows' }] })
    const refused = async (more: object) => (await preview(more)).errors?.[0]?.path
    t.equal(await refused({ definition: flat, to: iso(yesterday(32 * 24)) }), '/to')
    t.equal(await refused({ definition: flat, to: period.from }), '/to')
    t.equal(await refused({ definition: { ...flat, service: -1 } }), '/definition/service')
    t.equal(await refused({}), '/definition')
    t.equal(await checksum(), before)
  })

  await t.test('every session comes to what it was billed when it is computed again, and the chain holds', async t => {
    const { rows } = await pool.query<{ id: number; total: number; energy: number }>(
      `select s.id, sum(d.total_minor)::bigint as total, sum(d.energy_milli_wh)::bigint as energy
       from charging_sessions s join billing_details d on d.session_id = s.id and d.origin = 'rated' group by s.id order by s.id`,
    )
    t.ok(rows.length > 12)
    for (const { id, total, energy } of rows) {
      const { rated } = (await rateStored(pool, id, Date.now()))!
      t.same([rated.totalMinor, rated.energyMilliWh], [total, energy], `session ${id}`)
    }
    t.match(await verifyChain(pool, 'default'), { breach: null })
  })
})
