import type { Reading } from '../../protocol/charger/report.ts'
import type { MeterValue, SampledValue } from '../../protocol/ocpp16/types.ts'
import { measured, scaledInteger } from './decimal.ts'
import type { Loose } from './quirks/loose.ts'
import { parseTime } from './time.ts'

type Sample = Loose<SampledValue>
type Note = (name: string) => void

const REGISTER = 'Energy.Active.Import.Register'

/** Powers of ten from the unit to mWh. Without a unit the specification means Wh (OCPP 1.6 section 7.43). */
const ENERGY_SHIFT = new Map([
  ['Wh', 3],
  ['kWh', 6],
])
/** Watts of one unit. A power without a unit, or marked with the general default Wh, is in W (quirk 64). */
const POWER_FACTOR = new Map([
  ['W', 1],
  ['Wh', 1],
  ['kW', 1000],
])
/** Two gigawatts: more is no charger, and no store's integer. */
const MOST_W = 2e9
const PHASES = ['L1', 'L2', 'L3'] as const

/**
 * Turns meter values into readings. Every sample is kept as it was sent; what cannot be read is absent and noted, never
 * zero (quirk 63). Samples of different contexts in one meter value become readings of their own, because a begin and an
 * end under one time stamp are two moments.
 */
export function readingsOf(meterValues: Loose<MeterValue>[] | undefined, note: Note): Reading[] {
  return (meterValues ?? []).flatMap(meterValue => {
    const at = parseTime(meterValue.timestamp)
    if (at === undefined) note('bad-time:meterValue')
    const groups = Object.groupBy(meterValue.sampledValue ?? [], sample => sample.context ?? 'Sample.Periodic')
    const contexts = Object.entries(groups)
    if (contexts.length === 0) return [at === undefined ? { samples: [] } : { at, samples: [] }]
    return contexts.map(([context, samples]) => readingOf(at, context, samples ?? [], note))
  })
}

function readingOf(at: number | undefined, context: string, samples: Sample[], note: Note): Reading {
  const reading: Reading = { context, samples }
  if (at !== undefined) reading.at = at
  const register = total(select(samples, REGISTER), registerMilliWh, REGISTER, note)
  if (register !== undefined && register >= 0) reading.registerMilliWh = register
  else if (register !== undefined) note('negative-register')
  const power = total(select(samples, 'Power.Active.Import'), powerW, 'Power.Active.Import', note)
  if (power !== undefined && Math.abs(power) <= MOST_W) reading.powerW = Math.round(power)
  const voltage = perPhase(select(samples, 'Voltage'), note)
  if (voltage.length > 0) reading.voltageV = voltage
  const current = perPhase(select(samples, 'Current.Import'), note)
  if (current.length > 0) reading.currentA = current
  const soc = select(samples, 'SoC')[0]
  const percent = soc && measured(soc.value)
  if (percent !== undefined && percent >= 0 && percent <= 100) reading.socPercent = percent
  else if (soc) note('unreadable-value:SoC')
  return reading
}

/** The samples of one measurand that are numbers, at the outlet where the charger tells several locations apart. */
function select(samples: Sample[], measurand: string): Sample[] {
  const found = samples.filter(s => (s.measurand ?? REGISTER) === measurand && s.format !== 'SignedData')
  const atOutlet = found.filter(s => (s.location ?? 'Outlet') === 'Outlet')
  return atOutlet.length > 0 ? atOutlet : found
}

/**
 * The total where it was sent; else the sum over the phases, each counted once however it is spelled (`L1`, `L1-N`); else
 * the one value marked `N` (quirk 68). One phase that cannot be read makes the sum absent.
 */
function total(
  samples: Sample[],
  read: (s: Sample) => number | undefined,
  name: string,
  note: Note,
): number | undefined {
  if (samples.length === 0) return undefined
  for (const sample of samples.filter(s => s.phase === undefined)) {
    const value = read(sample)
    if (value !== undefined) return value
    note(`unreadable-value:${name}`)
  }
  const phases = PHASES.flatMap(
    phase => samples.find(s => s.phase === phase) ?? samples.find(s => s.phase === `${phase}-N`) ?? [],
  )
  const counted = phases.length > 0 ? phases : samples.filter(s => s.phase === 'N').slice(0, 1)
  const values = counted.map(read)
  if (values.length === 0) return undefined
  if (!values.every(value => value !== undefined)) {
    note(`unreadable-value:${name}`)
    return undefined
  }
  return values.reduce((sum, value) => sum + value, 0)
}

/** Volts or amperes in the order L1, L2, L3, from line to line only where nothing else was sent; or the one value without a phase. */
function perPhase(samples: Sample[], note: Note): number[] {
  const named = (phase: string | undefined): Sample[] => samples.filter(s => s.phase === phase)
  const toNeutral = PHASES.flatMap(phase => readFirst([...named(phase), ...named(`${phase}-N`)], note))
  if (toNeutral.length > 0) return toNeutral
  const lineToLine = ['L1-L2', 'L2-L3', 'L3-L1'].flatMap(phase => readFirst(named(phase), note))
  return lineToLine.length > 0 ? lineToLine : readFirst(named(undefined), note)
}

function readFirst(samples: Sample[], note: Note): number[] {
  const value = samples[0] && measured(samples[0].value)
  if (value !== undefined) return [value]
  if (samples.length > 0) note(`unreadable-value:${samples[0]!.measurand}`)
  return []
}

function registerMilliWh(sample: Sample): number | undefined {
  const shift = ENERGY_SHIFT.get(sample.unit ?? 'Wh')
  return shift === undefined ? undefined : scaledInteger(sample.value, shift)
}

function powerW(sample: Sample): number | undefined {
  const factor = POWER_FACTOR.get(sample.unit ?? 'W')
  return factor === undefined ? undefined : measured(sample.value, factor)
}
