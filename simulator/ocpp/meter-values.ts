import type { RequestOf } from '../../protocol/ocpp16/actions.ts'
import { MILLI_WH_PER_WH, rfc3339 } from '../../protocol/units.ts'
import type { Sample } from '../pile-types.ts'

export type MeterValue = RequestOf<'MeterValues'>['meterValue'][number]
type SampledValue = MeterValue['sampledValue'][number]

/** Wh with three decimals: the whole resolution of the meter. */
export const decimalWh = (milliWh: number): string => (milliWh / MILLI_WH_PER_WH).toFixed(3)

const PHASES = ['L1', 'L2', 'L3'] as const

/** One sample as OCPP 1.6 says it (section 7.33 `MeterValue`), with the measurands that are asked for. */
export function meterValue(sample: Sample, measurands: readonly string[]): MeterValue {
  const { context } = sample
  const values: SampledValue[] = []
  for (const measurand of measurands) {
    switch (measurand) {
      case 'Energy.Active.Import.Register':
        values.push({ value: decimalWh(sample.registerMilliWh), context, measurand, unit: 'Wh', location: 'Outlet' })
        break
      case 'Power.Active.Import':
        values.push({ value: String(sample.powerW), context, measurand, unit: 'W', location: 'Outlet' })
        break
      case 'Voltage':
        sample.voltageV.forEach((volts, i) => {
          values.push({ value: String(volts), context, measurand, unit: 'V', phase: `${PHASES[i]!}-N` })
        })
        break
      case 'Current.Import':
        sample.currentA.forEach((amperes, i) => {
          values.push({ value: amperes.toFixed(1), context, measurand, unit: 'A', phase: PHASES[i]! })
        })
        break
      case 'SoC':
        values.push({ value: String(sample.socPercent), context, measurand, unit: 'Percent', location: 'EV' })
        break
    }
  }
  if (values.length === 0) values.push({ value: decimalWh(sample.registerMilliWh), context })
  return { timestamp: rfc3339(sample.at), sampledValue: values }
}
