import t from 'tap'
import { databaseOf, dataFolder, type RunningProduct, startProcess, until } from '../support/process.ts'
import { type Charger, createCharger } from './charger.ts'

const PILES = 20
/** Starts that are under way when the process is killed. */
const STARTING = 5
const env = {
  CHARGING_FAST_CHARGING_PILE_NUM: String(PILES),
  CHARGING_TRICKLE_CHARGING_PILE_NUM: '0',
  CHARGING_QUEUE_LENGTH: '1',
}
const METER_START = 10_000

interface Session {
  charger: Charger
  tag: string
  transactionId: Promise<number>
  meterStop: number
}

/** Who waits where, without the figures that go on by themselves. */
async function queueOf(product: RunningProduct) {
  const { piles, waiting } = await product.api('GET', '/charging-piles/queue')
  const place = ({ number, position }: { number: string; position: number }) => ({ number, position })
  return {
    piles: piles.map(({ id, cars }: { id: string; cars: never[] }) => ({ id, cars: cars.map(place) })),
    waiting: waiting.map(place),
  }
}

const reconnect = (chargers: Charger[], product: RunningProduct) =>
  Promise.all(chargers.map(charger => charger.connect(product.ocpp)))

t.test(
  'kill -9 during twenty sessions: they go on, each is billed once, the queue and the numbers are as before',
  async t => {
    const dataDir = await dataFolder(t)
    let product = await startProcess(t, { dataDir, env })
    const first = await databaseOf(dataDir)
    t.ok(first)

    const chargers = Array.from({ length: PILES }, (_, index) => createCharger(`F${index + 1}`))
    t.teardown(async () => {
      for (const charger of chargers) charger.end()
    })
    await reconnect(chargers, product)
    await Promise.all(chargers.flatMap(charger => [charger.boot(), charger.status('Available')]))

    // three drivers are called to a pile; the rest hold a card of their own to a free one
    const tags = new Map<string, string>()
    for (const name of ['ada', 'bea', 'cid']) {
      const { token, tag } = await product.driver(name)
      const { pileId } = await product.api('POST', '/charging/request', { mode: 'fast', energyWh: 60_000 }, token)
      t.match(pileId, /^F\d+$/, `${name} is called to a pile`)
      tags.set(pileId, tag)
    }
    await Promise.all(
      chargers.map(async ({ id }) => {
        if (tags.has(id)) return
        tags.set(id, `CARD-${id}`)
        await product.api('PUT', `/id-tags/CARD-${id}`, { status: 'Accepted' })
      }),
    )
    const begun = Date.now()
    const begin = (charger: Charger): Session => {
      const tag = tags.get(charger.id)!
      const transactionId = charger.start(tag, METER_START, begun)
      return { charger, tag, transactionId, meterStop: METER_START + 5000 + Number(charger.id.slice(1)) }
    }
    const sessions = chargers.slice(STARTING).map(begin)
    const running = sessions.slice()
    const told = await Promise.all(running.map(({ transactionId }) => transactionId))
    t.equal(new Set(told).size, PILES - STARTING, 'every session has a number of its own')

    const waiting = ['dan', 'eve', 'fay', 'gus']
    await until('all sessions are seated', async () => {
      const { piles } = await queueOf(product)
      return piles.filter(({ cars }: { cars: unknown[] }) => cars.length > 0).length >= PILES - STARTING
    })
    // one reading is acknowledged; the others and the last chargers' starts are on their way when the process dies
    await Promise.race(
      running.map(async ({ charger }, index) => charger.meter(told[index]!, METER_START + 1000, begun + 60_000)),
    )
    for (const charger of chargers.slice(0, STARTING)) sessions.push(begin(charger))
    await product.end('SIGKILL')

    t.equal((await databaseOf(dataDir))?.pid, first?.pid, 'the embedded database has outlived the process')
    product = await startProcess(t, { dataDir, env })
    t.equal((await databaseOf(dataDir))?.pid, first?.pid, 'and is taken over')
    t.match(product.stderr(), /taken over/)

    await reconnect(chargers, product)
    const numbers = await Promise.all(sessions.map(({ transactionId }) => transactionId))
    t.equal(new Set(numbers).size, PILES)
    t.same(numbers.slice(0, told.length), told)
    await until('what was in flight is answered', () => chargers.every(charger => charger.waiting() === 0))
    await until('every pile has its car', async () => {
      const { piles } = await queueOf(product)
      return piles.every(({ cars }: { cars: unknown[] }) => cars.length === 1)
    })
    for (const name of waiting) {
      const { token } = await product.driver(name)
      const asked = await product.api('POST', '/charging/request', { mode: 'fast', energyWh: 20_000 }, token)
      t.equal(asked.pileId, null, `${name} waits`)
    }
    const before = await queueOf(product)
    t.equal(before.waiting.length, waiting.length)
    const issued = [...before.waiting, ...before.piles.flatMap(({ cars }: { cars: object[] }) => cars)].map(car =>
      Number(car.number.slice(1)),
    )
    t.equal(new Set(issued).size, issued.length, 'no number twice')

    // the second time the machine loses its power: the database dies in the same moment, with stops under way
    await Promise.all(
      sessions.map(async ({ charger }, index) => charger.meter(numbers[index]!, METER_START + 2000, begun + 120_000)),
    )
    const stopped = sessions.slice(0, STARTING)
    const ends = stopped.map(({ charger, meterStop }, index) =>
      charger.stop(numbers[index]!, meterStop, begun + 180_000).then(() => charger.status('Charging')),
    )
    const postmaster = await databaseOf(dataDir)
    process.kill(postmaster!.pid, 'SIGKILL')
    await product.end('SIGKILL')
    await until('the database is gone', async () => (await databaseOf(dataDir)) === null)

    product = await startProcess(t, { dataDir, env })
    await until('the same cars wait in the same order', async () => {
      const now = await queueOf(product)
      return JSON.stringify(now.waiting) === JSON.stringify(before.waiting)
    })
    const { token } = await product.driver('hal')
    const next = await product.api('POST', '/charging/request', { mode: 'fast', energyWh: 20_000 }, token)
    t.equal(next.number, `F${Math.max(...issued) + 1}`, 'the next number is a new one')

    await reconnect(chargers, product)
    await Promise.all(ends)
    await Promise.all(
      sessions
        .slice(STARTING)
        .map(({ charger, meterStop }, index) => charger.stop(numbers[index + STARTING]!, meterStop, begun + 200_000)),
    )
    const billed = await until('twenty bills', async () => {
      const { items } = await product.api('GET', '/billing/details?limit=100')
      return items.length >= PILES && items
    })
    t.same(
      billed.map((row: { sessionId: string; energyWh: number }) => [row.sessionId, row.energyWh]).sort(),
      sessions.map(({ meterStop }, index) => [String(numbers[index]), meterStop - METER_START]).sort(),
      'one line for each session, of what its meter counted',
    )
    const { items: bills } = await product.api('GET', '/billing/bills?limit=100')
    t.equal(new Set(bills.map((bill: { requestId: string }) => bill.requestId)).size, PILES)
    t.equal(bills.length, PILES)
    for (const [index, { charger, tag }] of sessions.entries()) {
      const { items } = await product.api('GET', `/ocpp/transactions?chargePointId=${charger.id}`)
      t.match(items, [{ transactionId: numbers[index], idTag: tag, meterStartWh: METER_START }], charger.id)
      t.equal(items.length, 1, `${charger.id} has one transaction`)
      t.same(charger.errors, [], `${charger.id} got no error`)
    }
    t.equal((await product.end('SIGTERM')).code, 0)
    t.equal(await databaseOf(dataDir), null, 'the embedded database ends with the product')
  },
)
