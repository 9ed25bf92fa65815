import { type Settlement, settleSession } from '../../central/core/session/settle.ts'
import { defaultTariff } from '../../central/core/tariff/tariff.ts'
import type { Database } from '../../central/store/orm.ts'
import type { TariffDefinition } from '../../protocol/tariff.ts'
import { MS_PER_HOUR } from '../../protocol/units.ts'

/** What the test knows of a detail, apart from the database. */
export interface Booked {
  siteId: string
  timeZone: string
  pileId: string
  mode: string
  kind: 'charge' | 'correction'
  createdAt: number
  currency: string
  billed: boolean
  figures: Omit<Settlement, 'reviewReason'>
}

export const SITES = [
  { id: 'default', timeZone: 'Asia/Shanghai', currency: 'CNY', piles: ['F1', 'F2', 'T1'] },
  { id: 'berlin', timeZone: 'Europe/Berlin', currency: 'EUR', piles: ['B-F1', 'B-T1'] },
] as const

/** Same sequence in every run: what fails once fails again. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state % below
  }
}

const BERLIN: TariffDefinition = {
  version: 2,
  currency: 'EUR',
  minorDigits: 2,
  elements: [
    {
      kind: 'night',
      priceComponents: [
        { type: 'ENERGY', price: 0.21, vat: 19 },
        { type: 'FLAT', price: 0.5, vat: 19 },
      ],
      restrictions: { startTime: '22:00', endTime: '06:00' },
    },
    {
      kind: 'day',
      priceComponents: [
        { type: 'ENERGY', price: 0.39, vat: 19 },
        { type: 'SERVICE', price: 0.0275, vat: 7 },
        { type: 'PARKING_TIME', price: 6, vat: 19 },
      ],
    },
  ],
}

/**
 * Ten weeks of two sites as they are settled, around a clock change of Berlin, the end of months and the turn of a year
 * whose last week has the number 53: sessions over midnight, over windows, of no energy, corrections weeks later, requests
 * whose bill is not made yet, and one site that has changed its currency. Gives every detail as the test knows it.
 */
export async function tenWeeks(database: Database, userId: string): Promise<Booked[]> {
  const random = numbers(20_261_122)
  const begin = Date.parse('2026-10-20T00:00:00Z')
  const minutes = 75 * 24 * 60
  const booked: Booked[] = []
  await database.pool.query(
    `insert into sites (id, name, time_zone, currency, waiting_capacity, created_at) values ('berlin', 'Berlin', 'Europe/Berlin', 'EUR', 5, now())`,
  )
  for (const { id: siteId, timeZone, piles } of SITES) {
    for (const pileId of piles) {
      const mode = pileId.includes('F') ? 'fast' : 'trickle'
      await database.pool.query(
        `with point as (insert into charge_points (id, site_id, created_at) values ($1, $2, now()) returning id)
         insert into charging_piles (id, site_id, charge_point_id, connector_id, mode, power_w, queue_length, created_at)
         select id, $2, id, 1, $3, 7000, 2, now() from point`,
        [pileId, siteId, mode],
      )
    }
    for (let index = 0; index < 120; index++) {
      const pileId = piles[random(piles.length)]!
      const startedAt = begin + random(minutes) * 60_000 + random(60_000)
      const endedAt = startedAt + random(10 * MS_PER_HOUR)
      const stop = index % 17 === 0 ? 0 : random(60_000_000)
      const tariff: TariffDefinition =
        siteId === 'berlin' ? BERLIN : { ...defaultTariff(), currency: index % 5 === 0 ? 'USD' : 'CNY' }
      const settled = settleSession({
        session: { startedAt, endedAt, startRegisterMilliWh: 0, stopRegisterMilliWh: stop },
        readings: [],
        tariff,
        timeZone,
        pilePowerW: null,
        parking: index % 3 === 0 ? [{ from: endedAt, to: endedAt + random(MS_PER_HOUR) }] : [],
      })
      const { reviewReason: _, ...figures } = settled
      const of = {
        siteId,
        timeZone,
        pileId,
        mode: pileId.includes('F') ? 'fast' : 'trickle',
        currency: tariff.currency,
      }
      const charge: Booked = { ...of, kind: 'charge', createdAt: endedAt + 3000, billed: index % 11 !== 0, figures }
      booked.push(charge)
      const requestId = await write(database, userId, charge, index + 1)
      if (index % 7 !== 0) continue
      const less = -random(300)
      const correction: Booked = {
        ...of,
        kind: 'correction',
        createdAt: endedAt + random(40 * 24) * MS_PER_HOUR,
        billed: charge.billed,
        figures: {
          ...figures,
          energyMilliWh: -random(2_000_000),
          chargingSeconds: -random(60),
          parkingSeconds: 0,
          windows: [],
          lines: [],
          energyFeeMinor: less,
          serviceFeeMinor: 0,
          otherFeeMinor: 0,
          totalMinor: less,
          vatMinor: Math.ceil(less / 7),
        },
      }
      booked.push(correction)
      await writeDetail(database, userId, correction, requestId, null)
    }
  }
  return booked
}

async function write(database: Database, userId: string, charge: Booked, number: number): Promise<string> {
  const { siteId, pileId, mode, createdAt, currency, figures } = charge
  const { rows } = await database.pool.query<{ id: string; session: number }>(
    `with request as (
       insert into charging_requests (id, site_id, user_id, mode, number, numbered_at, energy_wh, source, status, created_at)
       values (gen_random_uuid(), $1, $2, $3, $4, $6, 1000, 'driver', 'completed', $6) returning id)
     insert into charging_sessions (site_id, charge_point_id, connector_id, pile_id, request_id, id_tag, start_key, verdict, started_at,
       started_received_at, ended_at)
     select $1, $5, 1, $5, id, 'TAG', gen_random_uuid()::text, 'accepted', $6, $6, $7 from request returning request_id as id, id as session`,
    [siteId, userId, mode, number, pileId, new Date(figures.startedAt), new Date(figures.endedAt)],
  )
  const { id, session } = rows[0]!
  await writeDetail(database, userId, charge, id, session)
  if (charge.billed) {
    await database.pool.query(
      `with made as (
         insert into bills (id, request_id, site_id, user_id, currency, total_minor, state, created_at)
         values (gen_random_uuid(), $1, $2, $3, $4, $5, 'unpaid', $6) returning id)
       update billing_details set bill_id = made.id from made where request_id = $1`,
      [id, siteId, userId, currency, figures.totalMinor, new Date(createdAt)],
    )
  }
  return id
}

const writeDetail = (
  database: Database,
  userId: string,
  { siteId, pileId, kind, createdAt, currency, figures: f }: Booked,
  requestId: string,
  sessionId: number | null,
) =>
  database.pool.query(
    `insert into billing_details (id, kind, bill_id, request_id, session_id, site_id, pile_id, user_id, currency, energy_milli_wh, charging_seconds,
       parking_seconds, started_at, ended_at, windows, lines, energy_fee_minor, service_fee_minor, other_fee_minor, total_minor, vat_minor, stop_reason, created_at)
     values (gen_random_uuid(), $1, (select id from bills where request_id = $2), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 'full', $20)`,
    [
      kind,
      requestId,
      sessionId,
      siteId,
      pileId,
      userId,
      currency,
      f.energyMilliWh,
      f.chargingSeconds,
      f.parkingSeconds,
      new Date(f.startedAt),
      new Date(f.endedAt),
      JSON.stringify(f.windows),
      JSON.stringify(f.lines),
      f.energyFeeMinor,
      f.serviceFeeMinor,
      f.otherFeeMinor,
      f.totalMinor,
      f.vatMinor,
      new Date(createdAt),
    ],
  )

/** What a report of these details says. */
export const expected = (details: readonly Booked[]) => ({
  sessions: details.filter(({ kind }) => kind === 'charge').length,
  corrections: details.filter(({ kind }) => kind === 'correction').length,
  chargingSeconds: details.reduce((sum, { figures }) => sum + figures.chargingSeconds, 0),
  parkingSeconds: details.reduce((sum, { figures }) => sum + figures.parkingSeconds, 0),
  energyMilliWh: details.reduce((sum, { figures }) => sum + figures.energyMilliWh, 0),
  energyFee: details.reduce((sum, { figures }) => sum + figures.energyFeeMinor, 0),
  serviceFee: details.reduce((sum, { figures }) => sum + figures.serviceFeeMinor, 0),
  otherFee: details.reduce((sum, { figures }) => sum + figures.otherFeeMinor, 0),
  vat: details.reduce((sum, { figures }) => sum + figures.vatMinor, 0),
  total: details.reduce((sum, { figures }) => sum + figures.totalMinor, 0),
})
