import type { MilliWh } from '../../../protocol/units.ts'
import { isZero } from '../billing/ratio.ts'
import { type EnergyInput, type RegisterReading, sessionEnergy } from './energy.ts'

type Registers = Pick<
  EnergyInput,
  'startedAt' | 'endedAt' | 'startRegisterMilliWh' | 'stopRegisterMilliWh' | 'readings'
>

/**
 * A session's registers as they would have been, had it delivered another energy: in time as its own readings have it,
 * or evenly from start to end where they tell of no energy at all. Whole mWh, and the energy exactly.
 */
export function amendedRegisters(session: Registers, energyMilliWh: MilliWh): Registers {
  const { startedAt, endedAt } = session
  const { segments, energyMilliWh: metered } = sessionEnergy({ ...session, pilePowerW: null })
  const readings: RegisterReading[] = []
  let before = 0
  let told = 0
  const tell = (tick: number, measured: Pick<RegisterReading, 'powerW' | 'currentA'> = {}): void => {
    const at = startedAt + tick
    const registerMilliWh = Number((BigInt(energyMilliWh) * BigInt(told)) / BigInt(metered))
    readings.push({ at, receivedAt: at, registerMilliWh, ...measured })
  }
  for (const { from, to, energyWh, ...measured } of segments) {
    if (isZero(energyWh)) continue
    // nothing flowed meanwhile
    if (from > before) tell(from)
    told += Number((energyWh.n * 1000n) / energyWh.d)
    tell(to, measured)
    before = to
  }
  return { startedAt, endedAt, startRegisterMilliWh: 0, stopRegisterMilliWh: energyMilliWh, readings }
}
