import { mul, type Ratio, ratio, toDecimal } from '../billing/ratio.ts'

const PER_THOUSAND = ratio(1, 1000)
const PER_HUNDRED = ratio(1, 100)

/** kWh to 1/1000, half up. */
export const kiloWattHours = (wattHours: Ratio): number => Number(toDecimal(mul(wattHours, PER_THOUSAND), 3))

/** Minor units as an amount with two decimals, half up. */
export const money = (minor: Ratio | number): string =>
  toDecimal(mul(typeof minor === 'number' ? ratio(minor) : minor, PER_HUNDRED), 2)
