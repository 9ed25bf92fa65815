import type { TariffDimension } from '../../../protocol/tariff.ts'
import type { Component, Priced } from '../tariff/elements.ts'
import { activeComponent } from '../tariff/match.ts'
import type { Period } from './periods.ts'
import { add, compare, isZero, ONE, type Ratio, ratio, sub } from './ratio.ts'

/** What was used of a dimension at one price, without another price in between. */
export interface Usage {
  component: Component | null
  /** Ticks. */
  from: Ratio
  to: Ratio
  /** Wh, ticks or 1. */
  quantity: Ratio
}

export type Usages = Record<TariffDimension, Usage[]>

/**
 * What a session used of every dimension, and by which component it is priced: the first that matches, at every moment.
 * The first `grace` ticks of parking are left out. FLAT is used once, when the first component for it becomes active.
 */
export function usagesOf(priced: Priced, periods: readonly Period[], grace: number): Usages {
  const usages: Usages = { ENERGY: [], SERVICE: [], TIME: [], PARKING_TIME: [], FLAT: [] }
  /** What prices energy now, and the usage that goes on as long as it does. */
  let current: { component: Component | null | undefined; usage: Usage | null } = { component: undefined, usage: null }
  let graceLeft = ratio(grace)

  /** To the usage before it, where that is of the same component. */
  const use = (dimension: TariffDimension, { from, to, moment }: Period, quantity: Ratio): void => {
    const component = activeComponent(priced[dimension], moment)
    const last = usages[dimension].at(-1)
    if (last === undefined || last.component !== component) usages[dimension].push({ component, from, to, quantity })
    else {
      last.to = to
      last.quantity = add(last.quantity, quantity)
    }
  }

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
      use('SERVICE', period, energyWh)
    }

    const lasts = sub(to, from)
    if (period.doing === 'charging' && !isZero(lasts)) use('TIME', period, lasts)
    if (period.doing === 'parking') {
      const free = compare(lasts, graceLeft) < 0 ? lasts : graceLeft
      graceLeft = sub(graceLeft, free)
      const billable = sub(lasts, free)
      if (!isZero(billable)) use('PARKING_TIME', period, billable)
    }

    if (usages.FLAT.length === 0) {
      const flat = activeComponent(priced.FLAT, moment)
      if (flat !== null) usages.FLAT.push({ component: flat, from, to, quantity: ONE })
    }
  }
  return usages
}
