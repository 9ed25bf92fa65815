import type { Test } from 'tap'
import { scaledClock } from '../../protocol/clock.ts'
import { createCar } from '../../simulator/car.ts'
import type { SimulationEvent } from '../../simulator/events.ts'
import { createChargePoint } from '../../simulator/ocpp/charge-point.ts'
import type { Visitor } from '../../simulator/pile-types.ts'
import { createRandom } from '../../simulator/random.ts'
import { createVirtualTime } from '../../simulator/time.ts'
import { type Answer, type Call, startCentralSystem } from './central-system.ts'

export const SPEED = 600

export const visitor = (driver = 'ann'): Visitor => ({
  driver,
  car: createCar({ capacityWh: 50_000, soc: 0.2, maxPowerW: 11_000 }),
  energyWh: 10_000,
})

/** A charge point at a central system, booted unless told otherwise. */
export async function build(
  t: Test,
  answers: Record<string, (call: Call, nth: number) => Answer> = {},
  options: { callTimeoutMs?: number; open?: boolean } = {},
) {
  const central = await startCentralSystem(answers)
  const time = createVirtualTime(scaledClock(SPEED))
  const events: SimulationEvent[] = []
  const pile = createChargePoint({
    pileId: 'F1',
    mode: 'fast',
    powerW: 7000,
    time,
    random: createRandom(1),
    sampleIntervalSeconds: 60,
    emit: event => events.push(event),
    endpoint: central.url,
    callTimeoutMs: options.callTimeoutMs ?? 5000,
  })
  t.teardown(async () => {
    await pile.close()
    time.stop()
    await central.close()
  })
  if (options.open !== false) {
    pile.open()
    await central.seen('StatusNotification', ({ payload }) => payload.connectorId === 1)
  }
  return { central, pile, time, events }
}

export const isStatus =
  (status: string) =>
  ({ payload }: Call): boolean =>
    payload.connectorId === 1 && payload.status === status
