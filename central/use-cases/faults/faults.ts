import { foldCase, newId } from '../../../protocol/ids.ts'
import { ok, type Result, refuse } from '../../../protocol/result.ts'
import { rfc3339 } from '../../../protocol/units.ts'
import type { UseCasePorts } from '../ports.ts'
import { notice, pileRow } from '../site/work.ts'
import { FAULT_STATES, type FaultState, type Verbs } from '../verbs.ts'

const CLOSED: readonly FaultState[] = ['resolved', 'false-alarm']

/** Faults that people and HTTP piles report; what a charger says of itself is followed by the dispatcher (site/faults.ts). */
export function createFaultVerbs({
  pool,
  sites,
}: UseCasePorts): Pick<Verbs, 'reportFault' | 'updateFault' | 'recoverPile'> {
  async function siteOfPile(pileId: string): Promise<{ id: string; siteId: string } | undefined> {
    const { rows } = await pool.query<{ id: string; siteId: string }>(
      `select id, site_id as "siteId" from charging_piles where lower(id) = $1`,
      [foldCase(pileId)],
    )
    return rows[0]
  }

  return {
    async reportFault(actor, { pileId, type, description, source }) {
      const found = await siteOfPile(pileId)
      if (found === undefined) return refuse('not-found', `there is no pile ${pileId}`)
      return sites.act(found.siteId, async (work): Promise<Result<{ faultId: string }>> => {
        const pile = pileRow(work, found.id)
        if (pile === undefined) return refuse('not-found')
        // a pile that repeats itself has one fault
        const { rows } = await work.client.query<{ id: string }>(
          `select id from fault_records where pile_id = $1 and source = $2 and type = $3 and state in ('open', 'acknowledged', 'in-repair')`,
          [pile.id, source, type],
        )
        if (source === 'simulator' && rows[0] !== undefined) return ok({ faultId: rows[0].id })
        const id = newId()
        await work.db.addFault({
          id,
          siteId: found.siteId,
          chargePointId: pile.chargePointId,
          pileId: pile.id,
          type,
          source,
          errorCode: null,
          vendorErrorCode: null,
          description,
          openedAt: work.now,
        })
        pile.openFaults.push({ id, source, state: 'open' })
        notice(work, 'fault', `${actor.name} reports a fault of ${pile.id}: ${type}`, {
          pileId: pile.id,
          data: { faultId: id, type },
        })
        return ok({ faultId: id })
      })
    },

    async updateFault(actor, faultId, change) {
      const { rows } = await pool.query<{ siteId: string }>(
        `select site_id as "siteId" from fault_records where id = $1`,
        [faultId],
      )
      const siteId = rows[0]?.siteId
      if (siteId === undefined) return refuse('not-found')
      return sites.act(siteId, async (work): Promise<Result<{ faultId: string; state: FaultState }>> => {
        const current = await work.client.query<{ state: FaultState; pileId: string; assigneeId: string | null }>(
          `select state, pile_id as "pileId", assignee_id as "assigneeId" from fault_records where id = $1`,
          [faultId],
        )
        const record = current.rows[0]
        if (record === undefined) return refuse('not-found')
        const state = change.state ?? record.state
        if (!mayFollow(record.state, state))
          return refuse('state-forbids', `a fault goes from ${record.state} to a later state only`)
        // a technician who takes a record up that nobody has is its technician
        const takesOver = actor.role === 'technician' && (state === 'acknowledged' || state === 'in-repair')
        const takenOver = takesOver && state !== record.state ? actor.id : null
        await work.db.updateFault(faultId, {
          state,
          note: change.note === undefined ? null : { at: rfc3339(work.now), by: actor.name, text: change.note },
          assigneeId: change.assigneeId === undefined ? (record.assigneeId ?? takenOver) : change.assigneeId,
          parts: change.parts ?? null,
          now: work.now,
        })
        const pile = pileRow(work, record.pileId)
        if (pile !== undefined) {
          const rest = pile.openFaults.filter(fault => fault.id !== faultId)
          const known = pile.openFaults.find(fault => fault.id === faultId)
          pile.openFaults = CLOSED.includes(state) || known === undefined ? rest : [...rest, { ...known, state }]
          if (CLOSED.includes(state) && !CLOSED.includes(record.state))
            notice(work, 'repair', `${actor.name}: fault of ${pile.id} ${state}`, {
              pileId: pile.id,
              data: { faultId },
            })
        }
        return ok({ faultId, state })
      })
    },

    async recoverPile(actor, pileId) {
      const found = await siteOfPile(pileId)
      if (found === undefined) return refuse('not-found', `there is no pile ${pileId}`)
      return sites.act(found.siteId, async (work): Promise<Result<{ resolved: string[] }>> => {
        const pile = pileRow(work, found.id)
        if (pile === undefined) return refuse('not-found')
        const resolved: string[] = []
        for (const fault of pile.openFaults) {
          if (fault.source !== 'simulator' || fault.state === 'in-repair') continue
          await work.db.resolveFault(fault.id, work.now)
          resolved.push(fault.id)
        }
        pile.openFaults = pile.openFaults.filter(fault => !resolved.includes(fault.id))
        if (resolved.length > 0)
          notice(work, 'repair', `${actor.name}: ${pile.id} works again`, { pileId: pile.id, data: { resolved } })
        return ok({ resolved })
      })
    },
  }
}

/** Forward along the workflow, or closed from anywhere; a closed record stays closed. */
function mayFollow(from: FaultState, to: FaultState): boolean {
  if (from === to) return true
  if (CLOSED.includes(from)) return false
  return CLOSED.includes(to) || FAULT_STATES.indexOf(to) > FAULT_STATES.indexOf(from)
}
