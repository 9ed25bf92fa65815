import { createHash } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { at, bill, request, session } from './rows.ts'
import { api, type Harness, NOW, pile } from './support.ts'

const HOSTILE = `沪A1"><script>alert('1')</script>`

/** A bill of 18.90 CNY of a driver whose site, plate, pile and note are hostile, corrected by -1.50. */
async function hostileBill({ database }: Harness, userId: string): Promise<string> {
  const pileId = 'T<b>3</b>'
  await pile(database, pileId, 'trickle')
  await database.pool.query(`update sites set name = '<img src=x onerror=alert(1)> 沪东站 & co'`)
  const { rows } = await database.pool.query(
    'insert into vehicles (id, user_id, plate, created_at) values (gen_random_uuid(), $1, $2, $3) returning id',
    [userId, HOSTILE, at(0)],
  )
  const requestId = await request(database, {
    userId,
    vehicleId: rows[0].id,
    mode: 'trickle',
    status: 'completed',
    number: 12,
  })
  const sessionId = await session(database, { pileId, requestId, userId, minutes: 120, energyWh: 14_000 })
  const id = await bill(database, { requestId, userId, sessionId, pileId })
  const lines = [
    { dimension: 'ENERGY', kind: 'peak', price: 5500, vat: 13, quantity: 14_000_000, unit: 'mWh', amountMinor: 770 },
    {
      dimension: 'SERVICE',
      kind: 'service',
      price: 8000,
      vat: null,
      quantity: 14_000_000,
      unit: 'mWh',
      amountMinor: 1120,
    },
  ]
  await database.pool.query('update billing_details set vat_minor = 89, parking_seconds = 1805, lines = $1', [
    JSON.stringify(lines),
  ])
  await database.pool.query(
    `insert into billing_details (id, kind, bill_id, request_id, session_id, site_id, pile_id, user_id, currency, energy_milli_wh, charging_seconds,
       started_at, ended_at, windows, energy_fee_minor, service_fee_minor, total_minor, vat_minor, stop_reason, note, created_at)
     values (gen_random_uuid(), 'correction', $1, $2, $3, 'default', $4, $5, 'CNY', -1000000, 0, $6, $6, '[]', -70, -80, -150, -8, 'x', $7, $8)`,
    [id, requestId, sessionId, pileId, userId, at(0), '</td></table><iframe src="//evil.example">', at(500)],
  )
  return id
}

const textOf = (page: LightMyRequestResponse): string =>
  page.body
    .replace(/<style>[\s\S]*<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')

t.test('a bill to print', async t => {
  const harness = await api(t)
  const { app, user, database } = harness
  const mei = await user('driver', 'mei')
  const id = await hostileBill(harness, mei.id)
  const get = (query: string, headers: Record<string, string> = mei.headers) =>
    app.inject({ url: `/api/v1/billing/bills/${id}?format=html${query}`, headers })

  await t.test('says all that the bill holds, in local time', async t => {
    const page = await get('')
    t.match(page.headers, { 'content-type': 'text/html; charset=utf-8', 'content-language': 'en' })
    t.match(page.body, /^<!doctype html>\n<html lang="en">/)
    const text = textOf(page)
    for (const words of [
      'Charging bill',
      'Bill number 1 ',
      'Queue number T12 ',
      'Account mei ',
      'Payment Unpaid ',
      'Start 2026-11-22 16:00:00 +08:00 Stop 2026-11-22 18:00:00 +08:00 Energy 14.000 kWh Charging time 2:00:00 Parking time 0:30:05',
      'Price (excl. VAT) Quantity VAT Amount (CNY) Energy fee, peak 11-22 16:00:00 – 18:00:00 0.55 /kWh 14.000 kWh 13 % 7.70 Service fee 0.80 /kWh 14.000 kWh 11.20 Sum 18.90',
      'Energy fee 7.70 Service fee 11.20 Total CNY\u00a018.90 VAT contained CNY\u00a00.89',
      '-1.000 kWh -1.50',
      'Total after corrections CNY\u00a017.40 VAT contained CNY\u00a00.81',
      'Asia/Shanghai',
    ].map(words => words.replace(/\s+/g, ' ')))
      t.ok(text.includes(words), words)
  })

  await t.test('in Chinese, by the header or by the query, which comes first', async t => {
    const byHeader = await get('', { ...mei.headers, 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.5' })
    const byQuery = await get('&lang=zh-CN', { ...mei.headers, 'accept-language': 'en' })
    t.equal(byHeader.body, byQuery.body)
    t.match(byQuery.headers, { 'content-language': 'zh-CN', vary: /Accept-Language/ })
    const text = textOf(byQuery)
    for (const words of [
      '充电账单',
      '账单号',
      '排队号 T12',
      '支付状态 未支付',
      '电费（峰）',
      '合计 ¥18.90',
      '其中增值税 ¥0.89',
      '更正后合计 ¥17.40',
    ])
      t.ok(text.includes(words), words)
    t.notMatch(byQuery.body, /undefined|\[object|Invalid/)
    t.equal((await get('&lang=fr')).statusCode, 400)
  })

  await t.test('whatever people have named things, it is text', async t => {
    const { body } = await get('')
    const tags = new Set([...body.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, tag]) => tag!.toLowerCase()))
    t.same(
      [...tags].filter(tag => ['script', 'img', 'b', 'iframe'].includes(tag)),
      ['b'],
      'of these only our own, around the number',
    )
    t.equal([...body.matchAll(/<b>/g)].length, 1)
    t.ok(body.includes('沪A1&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;'))
    t.ok(body.includes('Charge at pile T&lt;b&gt;3&lt;/b&gt;'))
    t.ok(body.includes('&lt;/td&gt;&lt;/table&gt;&lt;iframe'))
    t.notMatch(body, /<[^>]*\b(src|href|style|on\w+)=/i, 'no attribute that loads or runs')
  })

  await t.test('runs and loads nothing: its one style is let in by its digest', async t => {
    const page = await get('')
    const style = /<style>([\s\S]*?)<\/style>/.exec(page.body)![1]!
    t.equal(
      page.headers['content-security-policy'],
      `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    t.equal(page.headers['cache-control'], 'private, no-store')
    t.equal(page.headers['x-content-type-options'], 'nosniff')
    t.notMatch(style, /url\(|@import/)
  })

  await t.test('is for its driver and for operators', async t => {
    for (const role of ['operator', 'admin'] as const)
      t.equal((await get('', (await user(role)).headers)).statusCode, 200)
    t.equal((await get('', (await user('driver')).headers)).statusCode, 404)
    t.equal((await get('', (await user('technician')).headers)).statusCode, 403)
    t.equal((await get('', {})).statusCode, 401)
  })

  await t.test('tells when it was paid', async t => {
    await database.pool.query(`update bills set state = 'paid', paid_at = $1`, [new Date(NOW + 86_400_000)])
    t.ok(textOf(await get('')).includes('Payment Paid on 2026-11-23 16:00:00 +08:00'))
    t.ok(textOf(await get('&lang=zh-CN')).includes('支付状态 已支付 2026-11-23 16:00:00 +08:00'))
  })

  await t.test('the same bill as a spreadsheet', async t => {
    const csv = await app.inject({ url: `/api/v1/billing/bills/${id}?format=csv`, headers: mei.headers })
    const lines = csv.body.split('\r\n')
    t.match(lines[0], /,total,vat,currency,stopReason,lines,note,/)
    t.match(
      lines[1],
      /,18\.90,0\.89,CNY,'=1\+1,ENERGY peak 0\.5500 x 14000 Wh = 7\.70; SERVICE 0\.8000 x 14000 Wh = 11\.20,,/,
    )
    t.match(
      lines[2],
      /^\d+,correction,.*,-1000,0,0,-0\.70,-0\.80,0\.00,-1\.50,-0\.08,CNY,x,,"<\/td><\/table><iframe src=""\/\/evil\.example"">",/,
    )
    const bills = await app.inject({ url: '/api/v1/billing/bills?format=csv&lang=zh-CN', headers: mei.headers })
    t.match(
      bills.body,
      /^\ufeff账单号,账单标识,充电请求,站点,电量（瓦时）,合计金额,更正金额,更正后合计,其中增值税,币种,支付状态,/,
    )
    t.match(
      bills.body,
      /,13000,18\.90,-1\.50,17\.40,0\.81,CNY,已支付,2026-11-22T08:00:00\.000Z,2026-11-22 16:00:00\r\n$/,
    )
  })
})

t.test('a file of many pages has every row once', async t => {
  const { app, user, database } = await api(t)
  const mei = await user('driver', 'mei')
  await pile(database, 'F1')
  const requestId = await request(database, { userId: mei.id, status: 'completed' })
  await database.pool.query(
    `insert into billing_details (id, kind, request_id, site_id, pile_id, user_id, currency, energy_milli_wh, charging_seconds, started_at, ended_at, windows,
       energy_fee_minor, service_fee_minor, total_minor, stop_reason, created_at)
     select gen_random_uuid(), 'charge', $1, 'default', 'F1', $2, 'CNY', 1000, 1, $3, $3, '[]', i, 0, i, 'full', $3 from generate_series(1, 2500) i`,
    [requestId, mei.id, at(0)],
  )
  const csv = await app.inject({ url: '/api/v1/billing/details?format=csv', headers: mei.headers })
  const rows = csv.body.split('\r\n').slice(1, -1)
  t.equal(new Set(rows.map(row => row.split(',')[0])).size, 2500)
  const part = await app.inject({
    url: '/api/v1/billing/details?format=csv&from=2030-01-01T00:00:00Z',
    headers: mei.headers,
  })
  t.equal(part.body.split('\r\n').length, 2, 'nothing in that window but the head')
})
