import fc from 'fast-check'
import t from 'tap'
import { createCar, taper } from '../../simulator/car.ts'
import { createCharging } from '../../simulator/charging.ts'
import { electricsOf } from '../../simulator/electrics.ts'
import { createMeter } from '../../simulator/meter.ts'

const flow = fc.record({ powerW: fc.integer({ min: 0, max: 350_000 }), ms: fc.integer({ min: 0, max: 3_600_000 }) })

t.test('a meter is the exact integral of its power and never runs back', async t => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), fc.array(flow, { maxLength: 50 }), (start, flows) => {
      const meter = createMeter(start)
      let wattMs = 0n
      let last = start
      for (const { powerW, ms } of flows) {
        meter.add(powerW, ms)
        wattMs += BigInt(powerW) * BigInt(ms)
        if (meter.registerMilliWh < last) return false
        last = meter.registerMilliWh
      }
      return BigInt(meter.registerMilliWh) === BigInt(start) + wattMs / 3600n
    }),
  )
  t.pass('held for all flows')
})

t.test('a meter completes the watt-hour it has begun, and only that', async t => {
  const meter = createMeter(0)
  meter.add(7000, 1000)
  t.equal(meter.registerMilliWh, 1944)
  meter.completeWattHour()
  t.equal(meter.registerMilliWh, 2000)
  meter.completeWattHour()
  t.equal(meter.registerMilliWh, 2000)
})

t.test('a meter tells how long power may flow to a limit', async t => {
  const meter = createMeter(1000)
  t.equal(meter.msUntil(2000, 3600), 1000)
  t.equal(meter.msUntil(2000, 0), Number.POSITIVE_INFINITY)
  t.equal(meter.msUntil(500, 3600), 0)
})

t.test('a meter refuses what is not a whole flow', async t => {
  const meter = createMeter()
  for (const [powerW, ms] of [
    [1.5, 1],
    [-1, 1],
    [1, -1],
    [1, 0.5],
  ] as const)
    t.throws(() => meter.add(powerW, ms), RangeError)
})

t.test('a battery takes full power to 80 %, then falling, none when full', async t => {
  t.equal(taper(0.1), 1)
  t.equal(taper(0.8), 1)
  t.ok(taper(0.9) < 1 && taper(0.9) > taper(0.95))
  t.equal(taper(1), 0)
  const car = createCar({ capacityWh: 50_000, soc: 0.5, maxPowerW: 7400 })
  t.equal(car.powerW(3500), 3500)
  t.equal(car.powerW(22_000), 7400)
  car.store(100_000_000)
  t.equal(car.soc, 1)
  t.equal(car.powerW(22_000), 0)
  t.equal(car.storedMilliWh, car.capacityMilliWh)
})

t.test('what a car stored and what the meter counted are the same energy', async t => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 100 }),
      fc.integer({ min: 1000, max: 50_000 }),
      fc.array(fc.integer({ min: 1, max: 3_600_000 }), { minLength: 1, maxLength: 30 }),
      (socPercent, offeredW, steps) => {
        const meter = createMeter(0)
        const car = createCar({ capacityWh: 40_000, soc: socPercent / 100, maxPowerW: 11_000 })
        const before = car.storedMilliWh
        const charging = createCharging({ meter, car, offeredW, at: 0 })
        let at = 0
        for (const ms of steps) {
          at += ms
          charging.advanceTo(at)
        }
        return car.storedMilliWh - before === meter.registerMilliWh && car.storedMilliWh <= car.capacityMilliWh
      },
    ),
  )
  t.pass('held for all cars')
})

t.test('energy does not depend on how often it is looked at', async t => {
  const once = () => {
    const meter = createMeter(0)
    const car = createCar({ capacityWh: 40_000, soc: 0.7, maxPowerW: 11_000 })
    return { meter, charging: createCharging({ meter, car, offeredW: 7000, at: 0 }) }
  }
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 1, maxLength: 40 }), steps => {
      const often = once()
      const seldom = once()
      let at = 0
      for (const ms of steps) {
        at += ms
        often.charging.advanceTo(at)
      }
      seldom.charging.advanceTo(at)
      return often.meter.registerMilliWh === seldom.meter.registerMilliWh
    }),
  )
  t.pass('held for all ways of looking')
})

t.test('charging stops at its target to the watt-hour, however late it is looked at', async t => {
  const meter = createMeter(5_000_000)
  const car = createCar({ capacityWh: 60_000, soc: 0.2, maxPowerW: 11_000 })
  const charging = createCharging({ meter, car, offeredW: 7000, at: 0, targetMilliWh: 12_000_000 })
  charging.advanceTo(24 * 3_600_000)
  t.equal(charging.done, 'target')
  t.equal(charging.powerW, 0)
  t.equal(charging.at, 3_600_000)
  meter.completeWattHour()
  t.equal(meter.registerMilliWh, 12_000_000)
  t.equal(charging.msUntilDone(), Number.POSITIVE_INFINITY)
})

t.test('a full battery takes nothing more', async t => {
  const meter = createMeter(0)
  const car = createCar({ capacityWh: 40_000, soc: 1, maxPowerW: 11_000 })
  const charging = createCharging({ meter, car, offeredW: 7000, at: 0 })
  charging.advanceTo(3_600_000)
  t.equal(charging.done, 'full')
  t.equal(meter.registerMilliWh, 0)
})

t.test('a limit changes the power from then on', async t => {
  const meter = createMeter(0)
  const car = createCar({ capacityWh: 40_000, soc: 0.1, maxPowerW: 11_000 })
  const charging = createCharging({ meter, car, offeredW: 6000, at: 0 })
  charging.advanceTo(3_600_000)
  charging.offer(0)
  charging.advanceTo(7_200_000)
  charging.offer(3000)
  charging.advanceTo(10_800_000)
  t.equal(meter.registerMilliWh, 9_000_000)
})

t.test('a strong pile is on three phases, a small one on one', async t => {
  t.same(electricsOf(22_000)(6900), { voltageV: [230, 230, 230], currentA: [10, 10, 10] })
  t.same(electricsOf(7000)(6900), { voltageV: [230], currentA: [30] })
})
