import type { Component } from '../tariff/elements.ts'
import { add, ceil, div, mul, ONE, type Ratio, ratio, sub, sum } from './ratio.ts'
import type { Usage, Usages } from './usage.ts'

/** A usage that costs something, with the rest of the last step in the last of them. */
export interface Billed {
  usage: Usage
  component: Component
  /** Wh, ms or 1. */
  billed: Ratio
}

const MS_PER_SECOND = 1000

/**
 * Rounds what was used up to whole steps, as OCPI 2.2.1 says in its CDR object (`step_size`): once per session for energy
 * and once for both kinds of time together, by the total of the session, with the step of the component that was last
 * used; the rest is billed at that component's price. Where parking is priced its total is rounded and charging time is
 * not. What no component prices takes no part.
 */
export function inSteps(usages: Usages, ticksPerMs: number): Billed[] {
  const priced = (list: readonly Usage[], unit = ONE): Billed[] =>
    list.flatMap(usage => {
      const { component, quantity } = usage
      return component === null ? [] : [{ usage, component, billed: mul(quantity, unit) }]
    })
  const tick = ratio(1, ticksPerMs)
  const energy = priced(usages.ENERGY)
  const service = priced(usages.SERVICE)
  const time = priced(usages.TIME, tick)
  const parking = priced(usages.PARKING_TIME, tick)
  roundUp(energy, 1)
  roundUp(service, 1)
  roundUp(parking.length > 0 ? parking : time, MS_PER_SECOND)
  return [...energy, ...service, ...time, ...parking, ...priced(usages.FLAT)]
}

function roundUp(list: readonly Billed[], unit: number): void {
  const last = list.at(-1)
  if (last === undefined || last.component.stepSize === 0) return
  const step = ratio(last.component.stepSize * unit)
  const total = sum(list.map(({ billed }) => billed))
  const whole = mul(ratio(ceil(div(total, step))), step)
  last.billed = add(last.billed, sub(whole, total))
}
