import t from 'tap'
import { expected, tenWeeks } from './ledger-of-weeks.ts'
import { at, bill, request, session } from './rows.ts'
import { api, type Harness, pile, problemOf } from './support.ts'

type Figures = Record<(typeof COUNTS)[number], number> &
  Record<(typeof FEES)[number], { amount: number; currency: string }>
type Row = Figures & {
  period: string
  from: string
  to: string
  siteId: string
  pileId: string | null
  mode: string | null
  window: string | null
  currency: string
}
interface Listed {
  kind?: string
  billId?: string | null
  total: { amount: number; currency: string }
}

interface Report {
  items: Row[]
  totals: (Figures & { currency: string; unbilled: { amount: number } })[]
}

const COUNTS = ['sessions', 'corrections', 'chargingSeconds', 'parkingSeconds', 'energyWh', 'energyMilliWh'] as const
const FEES = ['energyFee', 'serviceFee', 'otherFee', 'vat', 'total'] as const
const BY = ['pile', 'site', 'mode', 'window'] as const

const sumOf = (rows: readonly Row[]): Record<string, number> => {
  const sums: Record<string, number> = {}
  for (const row of rows) {
    for (const count of COUNTS) sums[count] = (sums[count] ?? 0) + row[count]
    for (const fee of FEES) sums[fee] = (sums[fee] ?? 0) + row[fee].amount
  }
  return sums
}

const flat = (figures: Figures): Record<string, number> => ({
  ...Object.fromEntries(COUNTS.map(count => [count, figures[count]])),
  ...Object.fromEntries(FEES.map(fee => [fee, figures[fee].amount])),
})

const asker = ({ app }: Harness, headers: { authorization: string }) => ({
  get: (query: string) => app.inject({ url: `/api/v1/reports/piles?${query}`, headers }),
  report: async (query: string): Promise<Report> =>
    (await app.inject({ url: `/api/v1/reports/piles?${query}`, headers })).json(),
})

t.test('ten weeks of two sites', async t => {
  const harness = await api(t)
  const { app, user, database } = harness
  const driver = await user('driver')
  const operator = await user('operator')
  const books = await tenWeeks(database, driver.id)
  const { get, report } = asker(harness, operator.headers)

  for (const by of BY) {
    for (const period of ['day', 'week', 'month']) {
      await t.test(`by ${by} and ${period} every detail counts once, and no two currencies are added`, async t => {
        const { items, totals } = await report(`period=${period}&by=${by}`)
        t.same(
          totals.map(({ currency }) => currency),
          ['CNY', 'EUR', 'USD'],
        )
        for (const total of totals) {
          const own = items.filter(({ currency }) => currency === total.currency)
          const { sessions, ...sums } = sumOf(own)
          const { sessions: counted, ...figures } = flat(total)
          t.same(sums, figures, `the rows of ${total.currency} add up to its total`)
          t.ok(by === 'window' ? sessions! >= counted! : sessions === counted)
          t.match(
            { sessions: counted, ...figures },
            expected(books.filter(({ currency }) => currency === total.currency)),
          )
          t.equal(total.energyWh, Math.round(total.energyMilliWh / 1000))
          t.ok(own.every(row => FEES.every(fee => row[fee].currency === total.currency)))
          t.ok(
            own.every(row => row.energyFee.amount + row.serviceFee.amount + row.otherFee.amount === row.total.amount),
          )
          t.ok(own.every(row => Math.abs(row.energyWh - row.energyMilliWh / 1000) < 1))
        }
      })
    }
  }

  await t.test('they are those of the bills, their corrections and what is not billed yet', async t => {
    const sums = new Map<string, number>()
    const add = (currency: string, amount: number) => sums.set(currency, (sums.get(currency) ?? 0) + amount)
    const walk = async (list: string, each: (item: Listed) => void) => {
      let cursor = ''
      do {
        const page = (
          await app.inject({ url: `/api/v1/billing/${list}?limit=100${cursor}`, headers: operator.headers })
        ).json()
        page.items.forEach(each)
        cursor = page.next === null ? '' : `&cursor=${page.next}`
      } while (cursor !== '')
    }
    await walk('bills', ({ total }) => add(total.currency, total.amount))
    const unbilled = new Map<string, number>()
    await walk('details', ({ kind, billId, total }) => {
      if (kind === 'correction' && billId !== null) add(total.currency, total.amount)
      if (billId === null) unbilled.set(total.currency, (unbilled.get(total.currency) ?? 0) + total.amount)
    })
    const { totals } = await report('period=month&by=site')
    for (const { currency, total, unbilled: rest } of totals) {
      t.equal(total.amount - rest.amount, sums.get(currency), currency)
      t.equal(rest.amount, unbilled.get(currency), `${currency} not billed yet`)
    }
  })

  await t.test('days, weeks and months are those of the calendar of the database', async t => {
    const names = { day: 'YYYY-MM-DD', week: 'IYYY-"W"IW', month: 'YYYY-MM' }
    for (const [period, name] of Object.entries(names)) {
      const { rows } = await database.pool.query(
        `select s.id as "siteId", to_char(d.created_at at time zone s.time_zone, $1) as period, d.pile_id as "pileId", d.currency,
           sum(d.total_minor)::bigint as total, sum(d.energy_milli_wh)::bigint as energy
         from billing_details d join sites s on s.id = d.site_id group by 1, 2, 3, 4`,
        [name],
      )
      const line = (row: object) => JSON.stringify(Object.values(row))
      const { items } = await report(`period=${period}&by=pile`)
      t.same(
        items
          .map(row => line([row.siteId, row.period, row.pileId, row.currency, row.total.amount, row.energyMilliWh]))
          .toSorted(),
        rows.map(line).toSorted(),
        period,
      )
      t.same(
        items.map(({ from }) => from),
        items.map(({ from }) => from).toSorted(),
        'oldest first',
      )
    }
    const week = (await report('period=week&by=site')).items.find(({ period }) => period === '2026-W53')
    t.match(week, { siteId: String, from: /^2026-12-27T/, to: /^2027-01-03T/ })
  })

  await t.test('a day of a clock change has 25 hours, and neighbouring windows of time add up', async t => {
    const { items } = await report('period=day&by=site&site=berlin')
    const change = items.find(({ period }) => period === '2026-10-25')
    t.match(change, { from: '2026-10-24T22:00:00.000Z', to: '2026-10-25T23:00:00.000Z' })
    const whole = await report('site=berlin&by=site&period=month')
    const halves = await Promise.all(
      ['to=2026-11-15', 'from=2026-11-15'].map(window => report(`site=berlin&by=site&period=month&${window}`)),
    )
    const { energyWh: _, ...sums } = sumOf(halves.flatMap(half => half.items))
    const { energyWh: __, ...wanted } = sumOf(whole.items)
    t.same(sums, wanted)
    const november = halves.flatMap(half => half.items).filter(({ period }) => period === '2026-11')
    t.match(november, [
      { from: '2026-10-31T23:00:00.000Z', to: '2026-11-14T23:00:00.000Z' },
      { from: '2026-11-14T23:00:00.000Z', to: '2026-11-30T23:00:00.000Z' },
    ])
  })

  await t.test('a date is that day at each site', async t => {
    const { items } = await report('period=day&by=site&from=2026-11-05&to=2026-11-06')
    t.same(
      items.map(({ siteId, from, to }) => [siteId, from, to]),
      [
        ['default', '2026-11-04T16:00:00.000Z', '2026-11-05T16:00:00.000Z'],
        ['berlin', '2026-11-04T23:00:00.000Z', '2026-11-05T23:00:00.000Z'],
      ].filter(([site]) => items.some(({ siteId }) => siteId === site)),
    )
    t.ok(items.length > 0)
  })

  await t.test('windows have what was priced in them', async t => {
    const { items } = await report('period=month&by=window')
    for (const window of ['peak', 'flat', 'valley', 'night', 'day']) {
      const parts = books.flatMap(({ figures }) => figures.windows.filter(({ kind }) => kind === window))
      const own = sumOf(items.filter(row => row.window === window))
      t.equal(
        own.energyMilliWh,
        parts.reduce((sum, part) => sum + part.energyMilliWh, 0),
        `${window}: energy`,
      )
      t.equal(
        own.energyFee,
        parts.reduce((sum, part) => sum + part.feeMinor, 0),
        `${window}: fee`,
      )
    }
    const day = sumOf(items.filter(row => row.window === 'day'))
    t.ok(day.serviceFee! > 0, 'a service fee of the element of that name belongs to it')
    t.ok(day.vat! > 0)
    t.equal(sumOf(items.filter(row => row.window === 'peak')).serviceFee, 0, 'one for all hours does not')
  })

  await t.test('as CSV, with its totals below', async t => {
    const csv = await get('period=month&by=mode&format=csv&lang=zh-CN')
    t.match(csv.headers['content-disposition'], 'filename="report-mode-month.csv"')
    t.equal(csv.headers['content-language'], 'zh-CN')
    const lines = csv.body.split('\r\n')
    t.equal(
      lines[0],
      '\ufeff期间,开始时间（UTC）,结束时间（UTC）,站点,充电桩,模式,时段,充电次数,更正数,充电时长（秒）,占位时长（秒）,电量（瓦时）,电费,服务费,其他费用,其中增值税,合计金额,币种',
    )
    const { items, totals } = await report('period=month&by=mode')
    t.equal(lines.length, 1 + items.length + totals.length + 1)
    t.match(lines[1], /^2026-10,2026-09-30T16:00:00\.000Z,2026-10-31T16:00:00\.000Z,default,,快充,,\d+,/)
    t.ok(lines.at(-2)?.startsWith('合计,') && lines.at(-2)?.endsWith(',USD'))
  })

  await t.test('what cannot be is refused', async t => {
    for (const query of [
      'period=year',
      'by=user',
      'from=yesterday',
      'from=2026-13-01',
      'from=2026-02-30',
      'to=2026-01-01T00:00:00',
      'format=html',
      'site=%00',
    ])
      t.equal((await get(query)).statusCode, 400, query)
    t.match(problemOf(await get('from=2026-02-30')), { code: 'malformed-request', errors: [{ path: '/from' }] })
    t.same(await report('site=nowhere'), { period: 'day', by: 'pile', items: [], totals: [] })
    t.same((await report('from=2030-01-01')).items, [])
    t.same((await report('from=2026-12-01&to=2026-11-01')).items, [], 'a window that ends before it begins is empty')
  })
})

t.test('a session over midnight counts on the day on which it was billed', async t => {
  const harness = await api(t)
  const { user, database } = harness
  const driver = await user('driver')
  const { report } = asker(harness, (await user('admin')).headers)
  t.same(await report('period=day'), { period: 'day', by: 'pile', items: [], totals: [] }, 'nothing yet')
  await pile(database, 'F1')
  // 08:00 UTC is 16:00 in Shanghai: 23:30 to 01:30
  const requestId = await request(database, { userId: driver.id, status: 'completed', minute: 450 })
  const sessionId = await session(database, { pileId: 'F1', requestId, userId: driver.id, minute: 450, minutes: 120 })
  await bill(database, { requestId, userId: driver.id, sessionId, pileId: 'F1', minute: 450 })
  await database.pool.query('update billing_details set created_at = ended_at')
  const { items } = await report('period=day')
  t.match(items, [{ period: '2026-11-23', pileId: 'F1', sessions: 1, total: { amount: 1890, currency: 'CNY' } }])
  t.ok(Date.parse(items[0]!.from) > at(450).getTime())
})
