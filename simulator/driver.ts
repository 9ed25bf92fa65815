import { createCar } from './car.ts'
import type { SimulationEvent, SimulationEventType } from './events.ts'
import type { SimulatedPile } from './pile-types.ts'
import type { VisitPlan } from './plan.ts'
import { billsReply, boardReply, pilesReply, requestReply } from './replies.ts'
import { type Account, read, refusal } from './rest.ts'
import type { VirtualTime } from './time.ts'
import type { World } from './world.ts'

/** How a visit ended, as the product told the driver. */
export interface Visit {
  visit: number
  driver: string
  requestId: string | null
  /** Final status of the request, or why there was none. */
  outcome: 'completed' | 'cancelled' | 'no-show' | 'refused' | 'walk-up' | 'left'
  /** What went wrong, if anything did. */
  problem: string | null
}

export interface DriverOptions {
  name: string
  account: Account
  world: World
  time: VirtualTime
  /** Least real ms between two questions. */
  pollMinRealMs(): number
  emit(event: SimulationEvent): void
}

const POLL_MS = 20_000
/** Plugged in and nothing happens for so long (charging time, real ms at the least): pull the plug, try again. */
const STUCK_MS = 15 * 60_000
const STUCK_MIN_REAL_MS = 15_000
/** Nobody waits longer than this for an end, charging ms. */
const PATIENCE_MS = 48 * 3_600_000

/** One driver on one visit: asks, is called, drives, plugs in, waits, unplugs, reads the bill. */
export async function visitSite(options: DriverOptions, plan: VisitPlan): Promise<Visit> {
  const { name, account, world, time } = options
  const { rest } = account
  const car = createCar(plan.car)
  let energyWh = plan.energyWh
  const { mode } = plan
  let number = ''
  let at: SimulatedPile | null = null
  let pluggedSince: { virtual: number; real: number } | null = null

  const tell = (type: SimulationEventType, text: string, pileId?: string, data?: Record<string, unknown>): void =>
    options.emit({ at: time.now(), type, driver: name, text, ...(pileId && { pileId }), ...(data && { data }) })
  const end = (outcome: Visit['outcome'], requestId: string | null, problem: string | null = null): Visit => ({
    visit: plan.visit,
    driver: name,
    requestId,
    outcome,
    problem,
  })
  const pause = (): Promise<void> => time.sleep(POLL_MS, options.pollMinRealMs())

  function plugIn(pile: SimulatedPile): void {
    const idTag = account.idTags[0]
    const visitor = { driver: name, car, number, userId: account.userId, energyWh, ...(idTag && { idTag }) }
    if (pile.plug(visitor)) pluggedSince = { virtual: time.now(), real: performance.now() }
  }

  function unplug(): void {
    if (!at || !pluggedSince) return
    at.unplug(name)
    pluggedSince = null
    tell('unplugged', `${name} unplugs at ${at.id}`, at.id)
  }

  /** The board at the pile says whose turn it is. */
  async function isMyTurn(pileId: string): Promise<boolean> {
    const { piles } = read(boardReply, await rest.get(`/charging-piles/queue?pileId=${encodeURIComponent(pileId)}`))
    return piles.find(pile => pile.id === pileId)?.cars[0]?.number === number
  }

  async function goTo(pileId: string): Promise<void> {
    const pile = world.pile(pileId)
    if (!pile) return
    if (at !== pile) {
      unplug()
      tell('called', `${name} (${number}) is called to ${pileId}`, pileId)
      at = pile
      if (plan.temper === 'no-show') {
        tell('no-show', `${name} does not come`, pileId)
        return
      }
      await time.sleep(plan.driveMs)
      return
    }
    if (plan.temper === 'no-show') return
    const { status, driver } = pile.snapshot()
    if (driver === name) {
      replugWhenStuck()
      return
    }
    if (driver !== null || status === 'Faulted' || status === 'Unavailable') return
    if (!(await isMyTurn(pileId))) return
    if (plan.card && account.idTags[0] && pile.protocol !== 'http') {
      const accepted = await pile.presentCard(account.idTags[0])
      tell('card', `${name} holds a card to ${pileId}: ${accepted ? 'accepted' : 'refused'}`, pileId)
    }
    plugIn(pile)
  }

  /**
   * Called here, plugged in, and for long the product does not know of it: a session that a fault ended, a start that was
   * lost, or a charge on the account of another.
   */
  function replugWhenStuck(): void {
    const since = pluggedSince
    const session = at?.sessions.at(-1)
    if (!since) return
    const virtual = Math.max(since.virtual, session?.endedAt ?? session?.startedAt ?? 0)
    if (time.now() - virtual > STUCK_MS && performance.now() - since.real > STUCK_MIN_REAL_MS) unplug()
  }

  async function whim(requestId: string): Promise<void> {
    if (plan.temper === 'changes') {
      energyWh = Math.max(1000, Math.round(energyWh / 2))
      const reply = await rest.patch(`/charging/request/${requestId}`, { energyWh })
      if (reply.status === 200) tell('changed', `${name} wants ${energyWh / 1000} kWh instead`)
      else energyWh = plan.energyWh
      return
    }
    const reply = await rest.post('/charging/cancel', { requestId })
    if (reply.status === 200) tell('cancelled', `${name} cancels`)
  }

  async function readBill(requestId: string): Promise<void> {
    for (const bill of read(billsReply, await rest.get('/billing/bills?limit=20')).items) {
      if (bill.requestId !== requestId) continue
      const { amount, currency } = bill.total
      const text = `${name} is billed ${(amount / 100).toFixed(2)} ${currency} for ${(bill.energyWh / 1000).toFixed(3)} kWh`
      tell('bill', text, undefined, { billId: bill.id, total: bill.total, energyWh: bill.energyWh })
    }
  }

  async function follow(requestId: string): Promise<Visit> {
    const began = time.now()
    let chargingSince: number | null = null
    let whimDone = !['cancels-waiting', 'cancels-charging', 'changes'].includes(plan.temper)
    while (time.now() - began < PATIENCE_MS) {
      const reply = await rest.get('/charging/queue-status')
      if (reply.status !== 200) break
      const { id, status, pileId } = read(requestReply, reply)
      if (id !== requestId) break
      if (status === 'charging') chargingSince ??= time.now()
      else if (status === 'called' && pileId) await goTo(pileId)
      else if (status === 'interrupted' || status === 'waiting') {
        unplug()
        at = null
      }
      const whimAt = plan.temper === 'cancels-charging' ? chargingSince : began
      if (!whimDone && whimAt !== null && time.now() - whimAt > plan.whimMs) {
        whimDone = true
        await whim(requestId)
      }
      if (status === 'charging' && at?.snapshot().status === 'SuspendedEV') {
        await time.sleep(plan.lingerMs)
        unplug()
      }
      await pause()
    }
    const { status: outcome } = read(requestReply, await rest.get(`/charging/request/${requestId}`))
    if (pluggedSince) {
      await time.sleep(plan.lingerMs)
      unplug()
    }
    await readBill(requestId)
    if (outcome === 'completed' || outcome === 'cancelled' || outcome === 'no-show') return end(outcome, requestId)
    return end('left', requestId, `request ${number} of ${name} has no outcome: ${outcome}`)
  }

  /** A card held to a free pile, without asking first. */
  async function walkUp(): Promise<Visit> {
    const tag = account.idTags[0]
    const { items } = read(pilesReply, await rest.get('/charging-piles'))
    const free = items.find(
      item =>
        item.mode === mode &&
        item.state === 'available' &&
        item.queued === 0 &&
        world.pile(item.id)?.protocol === 'ocpp',
    )
    const pile = free && world.pile(free.id)
    if (!tag || !pile || pile.snapshot().status !== 'Available') return end('left', null)
    const accepted = await pile.presentCard(tag)
    tell('card', `${name} holds a card to ${pile.id}: ${accepted ? 'accepted' : 'refused'}`, pile.id)
    if (!accepted) return end('walk-up', null)
    at = pile
    plugIn(pile)
    const until = time.now() + (energyWh / pile.powerW) * 3_600_000
    while (time.now() < until && pile.snapshot().session) await pause()
    unplug()
    return end('walk-up', null)
  }

  tell('arrived', `${name} arrives`)
  if (plan.temper === 'walk-up') return walkUp()
  let reply = await rest.post('/charging/request', { mode, energyWh })
  if (refusal(reply).code === 'active-request') {
    await rest.post('/charging/cancel', {})
    reply = await rest.post('/charging/request', { mode, energyWh })
  }
  if (reply.status !== 201) {
    const { code, text } = refusal(reply)
    tell('refused', `${name} is refused: ${code}`)
    return end('refused', null, reply.status === 409 ? null : `the request of ${name} failed: ${text}`)
  }
  const request = read(requestReply, reply)
  number = request.number
  tell('requested', `${name} wants ${energyWh / 1000} kWh ${mode}: number ${number}`, undefined, {
    number,
    mode,
    energyWh,
  })
  return follow(request.id)
}
