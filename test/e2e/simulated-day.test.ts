import { Client } from 'pg'
import t from 'tap'
import { settleSession } from '../../central/core/session/settle.ts'
import { defaultTariff } from '../../central/core/tariff/tariff.ts'
import { type PileChoice, startSimulation } from '../../simulator/index.ts'
import { independentTotal } from '../support/independent-rate.ts'
import { startProduct, UNHURRIED } from '../support/product.ts'

/** Charging seconds per second: a car of fifty minutes charges in three seconds. */
const SPEED = Number(process.env.E2E_SPEED ?? 1200)
const CARS = Number(process.env.E2E_CARS ?? 205)
const FAST_W = 22_000
const TRICKLE_W = 7_000

const pile = (id: string, protocol: PileChoice['protocol']): PileChoice =>
  id.startsWith('F')
    ? { id, mode: 'fast', protocol, powerW: FAST_W }
    : { id, mode: 'trickle', protocol, powerW: TRICKLE_W }
const piles = [
  ...['F1', 'F2', 'F3', 'T1', 'T2', 'T3'].map(id => pile(id, 'ocpp')),
  ...['F4', 'F5', 'T4', 'T5'].map(id => pile(id, 'mqtt')),
  ...['F6', 'T6'].map(id => pile(id, 'http')),
]

t.test(
  'a day of 200 cars with faults: every session ends, every request has an outcome, energy and money add up',
  async t => {
    await using product = await startProduct(t, {
      'clock.speed': SPEED,
      'charging.fastChargingPileNum': 6,
      'charging.trickleChargingPileNum': 6,
      'charging.fastChargingPower': FAST_W / 1000,
      'charging.trickleChargingPower': TRICKLE_W / 1000,
      'charging.maxQueueLength': 30,
      ...UNHURRIED,
      // on a busy box this is what a driver's question and its answer may take; who never comes holds a pile for so long
      'charging.arrivalGraceMinutes': 240,
    })
    const simulator = await product.user('simulator')
    const simulation = await startSimulation({
      url: product.http,
      ocppUrl: product.ocpp,
      mqttUrl: product.mqtt,
      piles,
      clock: product.clock,
      seed: 20_261_122,
      drivers: 30,
      arrivalsPerHour: 20,
      hours: 48,
      visits: CARS,
      faultsPerHour: 2,
      sampleIntervalSeconds: 300,
      energyWh: { low: 1000, high: 9000 },
      simulatorUser: { token: simulator },
      ...(process.env.E2E_TRACE && { onEvent: event => console.error(event.text) }),
    })
    const report = await simulation.done
    t.comment(JSON.stringify({ ...report, problems: report.problems.length }))
    t.same(report.problems, [], 'what the simulator expected has happened')
    const outcomes = Object.values(report.visits).reduce((sum, count) => sum + count, 0)
    t.equal(outcomes, CARS, 'every visit has an outcome')
    // late drivers and late starts lose their places, which a busy box has more of
    t.ok(report.visits.completed > CARS / 4, `${report.visits.completed} cars charged`)

    const db = new Client({ connectionString: product.databaseUrl })
    await db.connect()
    t.teardown(() => db.end())
    const rows = async (sql: string, ...values: unknown[]) => (await db.query(sql, values)).rows
    const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::double precision`

    await product.until('all is settled', async () => {
      const open = 'select count(*)::int as open from charging_sessions where settled_at is null'
      return (await rows(open))[0].open === 0
    })
    t.same(await rows(`select number from charging_requests where status = 'active'`), [], 'no request without outcome')
    t.same(await rows('select * from queue_status'), [], 'nobody is left in a queue')
    t.same(await rows('select id from charging_sessions where ended_at is null'), [], 'no session without end')
    t.same(
      await rows(`select review_reason from charging_sessions where review_reason is not null`),
      [],
      'none is held',
    )

    const onPaper = await rows(
      `select id, pile_id, end_cause, stop_reason, energy_milli_wh::float8 as energy from charging_sessions where provisional`,
    )
    t.comment(`ended without the word of their pile: ${JSON.stringify(onPaper)}`)

    const sessions = await rows(
      `select s.id, ${ms('s.started_at')} as started, ${ms('s.ended_at')} as ended, ${ms('s.settled_at')} as settled, s.meter_start_milli_wh::float8 as first,
       s.meter_stop_milli_wh::float8 as last, p.power_w as power, d.energy_milli_wh::float8 as energy, d.total_minor::float8 as total
     from charging_sessions s join charging_piles p on p.id = s.pile_id left join (
       select session_id, sum(energy_milli_wh) as energy_milli_wh, sum(total_minor) as total_minor from billing_details group by 1
     ) d on d.session_id = s.id
     where s.verdict = 'accepted' or s.energy_milli_wh >= 1000 order by s.id`,
    )
    t.ok(sessions.length >= report.visits.completed)
    let energy = 0
    let money = 0
    const wrong: unknown[] = []
    for (const session of sessions) {
      const { id, started, ended, settled, first, last, power } = session
      const readings = await rows(
        `select ${ms('at')} as at, ${ms('received_at')} as "receivedAt", register_milli_wh::float8 as "registerMilliWh"
       from meter_values where session_id = $1 and register_milli_wh is not null and received_at <= to_timestamp($2::float8 / 1000)
       order by received_at, seq`,
        id,
        settled,
      )
      const again = settleSession({
        session: { startedAt: started, endedAt: ended, startRegisterMilliWh: first, stopRegisterMilliWh: last },
        readings: readings as never,
        tariff: defaultTariff(),
        timeZone: 'Asia/Shanghai',
        pilePowerW: power,
      })
      const between = readings.filter(({ at }) => at > started && at < ended).sort((a, b) => a.at - b.at)
      const other = independentTotal([
        { at: started, milliWh: first },
        ...between.map(({ at, registerMilliWh }) => ({ at, milliWh: registerMilliWh })),
        { at: ended, milliWh: last },
      ])
      const same =
        (last === null || session.energy === last - first) &&
        again.energyMilliWh === session.energy &&
        again.totalMinor === session.total &&
        other.milliWh === session.energy &&
        other.minor === session.total
      if (!same) wrong.push({ session, again: [again.energyMilliWh, again.totalMinor], other, readings })
      energy += other.milliWh
      money += other.minor
    }
    t.same(wrong, [], 'every detail is what its registers cost under the tariff, computed again and by other means')
    const [bills] = await rows(
      `select (select sum(total_minor)::float8 from bills) as billed,
       (select coalesce(sum(d.total_minor), 0)::float8 from billing_details d join bills b using (request_id)
        where d.kind = 'correction' and d.created_at > b.created_at) as corrected,
       sum(total_minor)::float8 as details, sum(energy_milli_wh)::float8 as energy from billing_details`,
    )
    t.comment(`corrected after the bill: ${bills.corrected}`)
    t.equal(bills.billed + bills.corrected, money, 'bills and their corrections are what the metered energy costs')
    t.match(bills, { details: money, energy }, 'and so are their details')
    t.equal(energy, report.meteredWh * 1000, "and it is what the piles' own meters say")
    t.same(report.billed, { CNY: money }, 'which is what the drivers were told')
    t.same(
      await rows(
        `select session_id from billing_details where kind = 'charge' group by session_id having count(*) > 1`,
      ),
      [],
      'nothing is billed twice',
    )
  },
)
