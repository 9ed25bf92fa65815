import type { Command, Outcome } from '../../../protocol/charger/command.ts'
import type { OrderResult, PileOrder } from '../../../protocol/charger/order.ts'
import { foldCase } from '../../../protocol/ids.ts'
import { ok, type Result, refuse } from '../../../protocol/result.ts'
import type { PileRow } from '../../store/site/snapshot.ts'
import type { UseCasePorts } from '../ports.ts'
import { askStop, carRow, command, notice, openSessionAt, pileRow, type SiteWork } from '../site/work.ts'
import type { Actor, Verbs } from '../verbs.ts'

/** Why a session ended that an integration stopped. */
const CAUSE = 'operator'

/** Resolves with the charger's answer. */
export type OrderPile = (actor: Actor, pileId: string, order: PileOrder) => Promise<OrderResult>

/**
 * What an integration (a building, a dashboard) asks of a pile. Availability is an operator's intent and outlives the
 * link; everything else goes to the charger, whose answer decides.
 */
export function createOrderPile({ pool, sites, desk }: UseCasePorts, controlPile: Verbs['controlPile']): OrderPile {
  const send = async (work: SiteWork, pile: PileRow, what: Command, cause: string): Promise<Result<string>> => {
    if (!pile.connected) return refuse('charge-point-offline')
    return ok(await command(work, { chargePointId: pile.chargePointId, pileId: pile.id }, what, cause))
  }

  async function place(work: SiteWork, pile: PileRow, order: Exclude<PileOrder, { verb: 'availability' }>) {
    const { connectorId } = pile
    const session = openSessionAt(work.snap, pile.id)
    switch (order.verb) {
      case 'start': {
        const called = work.yard.piles.find(({ id }) => id === pile.id)?.cars[0]
        const idTag = order.idTag ?? (called === undefined ? null : (carRow(work, called)?.idTag ?? null))
        if (idTag === null) return refuse('invalid-payload', 'no car is called here and no id_tag was given')
        const energy = order.energyWh === undefined ? {} : { energyWh: order.energyWh }
        return send(work, pile, { verb: 'start', connectorId, idTag, ...energy }, CAUSE)
      }
      case 'stop': {
        if (session === undefined) return refuse('not-found', 'nothing is charging here')
        if (!pile.connected) return refuse('charge-point-offline')
        await askStop(work, session, CAUSE)
        return ok(work.commands.at(-1)!)
      }
      case 'limit': {
        const transaction = session === undefined ? {} : { transactionId: session.id }
        return send(work, pile, { verb: 'set-limit', connectorId, limitW: order.powerW, ...transaction }, CAUSE)
      }
      case 'reset':
        return send(work, pile, { verb: 'reset', hard: order.hard }, CAUSE)
      case 'unlock':
        return send(work, pile, { verb: 'unlock', connectorId }, CAUSE)
    }
    order satisfies never
    throw new TypeError('unknown order')
  }

  return async (actor, pileId, order) => {
    if (order.verb === 'availability') {
      const done = await controlPile(actor, pileId, { action: order.available ? 'start' : 'maintenance' })
      return done.ok ? { status: 'accepted' } : { status: 'rejected', detail: done.reason }
    }
    const { rows } = await pool.query<{ id: string; siteId: string }>(
      `select id, site_id as "siteId" from charging_piles where lower(id) = $1`,
      [foldCase(pileId)],
    )
    const found = rows[0]
    if (found === undefined) return { status: 'rejected', detail: 'not-found' }
    const placed = await sites.act(found.siteId, async (work): Promise<Result<string>> => {
      const pile = pileRow(work, found.id)
      if (pile === undefined) return refuse('not-found')
      const result = await place(work, pile, order)
      if (result.ok) notice(work, 'request', `${actor.name}: ${order.verb} ${pile.id}`, { pileId: pile.id })
      return result
    })
    if (!placed.ok) return { status: 'rejected', detail: placed.reason }
    return resultOf(await desk.deliver(placed.value))
  }
}

/** Undefined: another process has the command and its outcome. */
function resultOf(outcome: Outcome | undefined): OrderResult {
  if (outcome === undefined) return { status: 'rejected', detail: 'unknown' }
  switch (outcome.status) {
    case 'accepted':
      return { status: 'accepted' }
    case 'rejected':
      return { status: 'rejected', detail: 'charge-point-rejected' }
    case 'offline':
      return { status: 'rejected', detail: 'charge-point-offline' }
    case 'refused':
      return { status: 'rejected', detail: outcome.code }
    case 'failed':
    case 'timed-out':
    case 'unknown':
      return { status: 'rejected', detail: outcome.error.code }
    default:
      return outcome satisfies never
  }
}
