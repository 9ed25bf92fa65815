import { type ChargePoint, connectChargePoint } from './charge-point.ts'
import type { Driver, TestProduct } from './product.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000

/** An instant of yesterday by the clock on a wall in Shanghai (UTC+8, no summer time): the default site's zone. */
export const yesterday = (hours: number): number =>
  new Date(Date.now() - 24 * HOUR_MS).setUTCHours(0, 0, 0, 0) + (hours - 8) * HOUR_MS

/** What drivers and chargers do at the default site, in the words of the tests. */
export function createSite(product: TestProduct) {
  const { api, until } = product

  const standing = async (driver: Driver) => (await api('GET', '/charging/queue-status', undefined, driver.token)).body
  const pile = async (id: string) => (await api('GET', `/charging-piles/${id}`)).body

  return {
    /** A charge point that has booted, is free, and is seen to be. */
    async open(id: string, answers: Parameters<typeof connectChargePoint>[2] = {}): Promise<ChargePoint> {
      const charger = await connectChargePoint(product.ocpp, id, answers)
      await charger.boot()
      await charger.status('Available')
      await until(`${id} is there`, async () => {
        const { connected, state } = await pile(id)
        return connected && state !== 'offline'
      })
      return charger
    },

    ask: (driver: Driver, mode: 'fast' | 'trickle' = 'fast', energyWh = 10_000) =>
      api('POST', '/charging/request', { mode, energyWh }, driver.token),

    /** The driver's active request, or the problem that says there is none. */
    standing,

    /** The driver's active request when its status is this one. */
    becomes: (driver: Driver, status: string) =>
      until(`${driver.name} is ${status}`, async () => {
        const view = await standing(driver)
        return view.status === status && view
      }),

    /** A request when it has ended. */
    ended: (requestId: string) =>
      until(`request ${requestId} has ended`, async () => {
        const { body } = await api('GET', `/charging/request/${requestId}`)
        return ['completed', 'cancelled', 'no-show'].includes(body.status) && body
      }),

    pile,

    pileBecomes: (id: string, state: string) =>
      until(`${id} is ${state}`, async () => {
        const view = await pile(id)
        return view.state === state && view
      }),

    session: async (id: number | string) => (await api('GET', `/charging/sessions/${id}`)).body,
    sessions: async () => (await api('GET', '/charging/sessions')).body.items,

    /** All bills with their details, oldest first. */
    async bills() {
      const { items } = (await api('GET', '/billing/bills?limit=100')).body
      const whole = items.map(async ({ id }: { id: string }) => (await api('GET', `/billing/bills/${id}`)).body)
      return (await Promise.all(whole)).reverse()
    },

    cancel: (driver: Driver, requestId?: string) =>
      api('POST', '/charging/cancel', requestId === undefined ? {} : { requestId }, driver.token),
  }
}

export type Site = ReturnType<typeof createSite>
