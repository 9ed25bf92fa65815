import type { TariffDimension } from '../../../protocol/tariff.ts'
import type { Component, Priced } from '../tariff/elements.ts'
import { activeComponent } from '../tariff/match.ts'
import type { Period } from './periods.ts'
import { add, compare, isZero, mul, ONE, type Ratio, ratio, sub } from './ratio.ts'

/** What was used of a dimension at one price, without another price in between. */
export interface Usage {
  component: Component | null
  /** Ticks. */
  from: Ratio
  to: Ratio
  /** Wh, ms or 1. */
  quantity: Ratio
}

export type Usages = Record<TariffDimension, Usage[]>

/**
 * What a session used of every dimension, and by which component it is priced: the first that matches, at every moment.
 * The first `graceMs` of parking are left out. FLAT is used once, when the first component for it becomes active.
 */
export function usagesOf(priced: Priced, periods: readonly Period[], ticksPerMs: number, graceMs: number): Usages {
  const usages: Usages = { ENERGY: [], SERVICE: [], TIME: [], PARKING_TIME: [], FLAT: [] }
  /** What prices energy now, and the usage that goes on as long as it does. */
  let current: { component: Component | null | undefined; usage: Usage | null } = { component: undefined, usage: null }
  let graceLeft = ratio(graceMs)

  for (const period of periods) {
    const { from, to, moment, energyWh } = period
    const component = activeComponent(priced.ENERGY, moment)
    if (current.component !== component) current = { component, usage: null }
    if (!isZero(energyWh)) {
      if (current.usage === null) {
        current.usage = { component, from, to, quantity: energyWh }
        usages.ENERGY.push(current.usage)
      } else {
        current.usage.to = to
        current.usage.quantity = add(current.usage.quantity, energyWh)
      }
      usages.SERVICE.push({ component: activeComponent(priced.SERVICE, moment), from, to, quantity: energyWh })
    }

    const lastsMs = mul(sub(to, from), ratio(1, ticksPerMs))
    if (period.doing === 'charging' && !isZero(lastsMs)) {
      usages.TIME.push({ component: activeComponent(priced.TIME, moment), from, to, quantity: lastsMs })
    }
    if (period.doing === 'parking') {
      const free = compare(lastsMs, graceLeft) < 0 ? lastsMs : graceLeft
      graceLeft = sub(graceLeft, free)
      const quantity = sub(lastsMs, free)
      if (!isZero(quantity)) {
        usages.PARKING_TIME.push({ component: activeComponent(priced.PARKING_TIME, moment), from, to, quantity })
      }
    }

    if (usages.FLAT.length === 0) {
      const flat = activeComponent(priced.FLAT, moment)
      if (flat !== null) usages.FLAT.push({ component: flat, from, to, quantity: ONE })
    }
  }
  return usages
}
