import type { Actor, BillView, CommandView, RequestView, Verbs } from '../../central/use-cases/verbs.ts'
import type { Outcome } from '../../protocol/charger/command.ts'
import type { Clock } from '../../protocol/clock.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import { newId } from '../../protocol/ids.ts'
import { ok, type Result, refuse } from '../../protocol/result.ts'

/** A small port of the verbs: writes down what it is asked, and answers or refuses as the test says. */
export interface RecordedVerbs {
  port: Verbs
  calls: { verb: keyof Verbs; args: unknown[] }[]
  /** Every verb refuses with this, while it is set. */
  refusal: { code: ErrorCode; detail?: string; problems?: { path: string; message: string }[] } | null
  outcome: Outcome | 'sent'
  /** Awaited before a verb answers. */
  before: () => Promise<void>
  bill: BillView | null
}

export function recordedVerbs(clock: Clock): RecordedVerbs {
  const self: RecordedVerbs = {
    calls: [],
    refusal: null,
    outcome: { status: 'accepted', result: { status: 'Accepted' } },
    before: async () => {},
    bill: null,
    port: undefined as never,
  }
  const answer = async <T>(
    verb: keyof Verbs,
    args: unknown[],
    value: () => T,
  ): Promise<Result<T> & { problems?: { path: string; message: string }[] }> => {
    self.calls.push({ verb, args })
    await self.before()
    if (!self.refusal) return ok(value())
    const refused = refuse(self.refusal.code, self.refusal.detail)
    return self.refusal.problems ? { ...refused, problems: self.refusal.problems } : refused
  }
  self.port = {
    requestCharge: (actor, input) => answer('requestCharge', [actor, input], () => requestView(actor, clock, input)),
    changeRequest: (actor, id, change) =>
      answer('changeRequest', [actor, id, change], () => requestView(actor, clock, { id, ...change })),
    cancelRequest: (actor, id) =>
      answer('cancelRequest', [actor, id], () => ({ id: id ?? newId(), status: 'cancelled', bill: self.bill })),
    viewRequest: (actor, id) => answer('viewRequest', [actor, id], () => requestView(actor, clock, { id })),
    activeRequest: actor => answer('activeRequest', [actor], () => requestView(actor, clock, {})),
    controlPile: (actor, id, order) =>
      answer('controlPile', [actor, id, order], () => ({
        id,
        state: 'maintenance',
        command: { id: newId(), status: 'accepted' },
      })),
    planMaintenance: (actor, window) => answer('planMaintenance', [actor, window], () => ({ windowId: newId() })),
    cancelMaintenance: (actor, id) => answer('cancelMaintenance', [actor, id], () => null),
    reportFault: (actor, input) => answer('reportFault', [actor, input], () => ({ faultId: newId() })),
    updateFault: (actor, id, change) =>
      answer('updateFault', [actor, id, change], () => ({ faultId: id, state: change.state ?? 'open' })),
    recoverPile: (actor, id) => answer('recoverPile', [actor, id], () => ({ resolved: [newId()] })),
    sendNative: (actor, id, input) =>
      answer('sendNative', [actor, id, input], () => commandView(self, clock, id, input.action)),
    giveVerdict: (actor, id, input) =>
      answer('giveVerdict', [actor, id, input], () => ({
        sessionId: String(id),
        verdict: input.verdict,
        waits: false,
        bill: self.bill,
      })),
    correctBill: (actor, id, input) => answer('correctBill', [actor, id, input], () => self.bill!),
    assignCharging: input =>
      answer('assignCharging', [input], () => ({ pileId: input.pileId, sessionId: '7', requestId: newId() })),
    chargingProgress: input => answer('chargingProgress', [input], () => null),
    chargingComplete: input => answer('chargingComplete', [input], () => ({ bill: self.bill })),
    heartbeat: input => answer('heartbeat', [input], () => null),
  }
  return self
}

function requestView(actor: Actor, clock: Clock, given: Partial<RequestView>): RequestView {
  return {
    id: newId(),
    siteId: 'default',
    userId: actor.id,
    vehicleId: null,
    mode: 'fast',
    number: 'F1',
    priority: 0,
    energyWh: 20_000,
    deliveredEnergyWh: 0,
    status: 'waiting',
    position: 1,
    carsAhead: 0,
    pileId: null,
    sessionId: null,
    estimatedStartAt: clock.now() + 60_000,
    estimatedWaitSeconds: 60,
    estimatedFinishAt: clock.now() + 3_660_000,
    cost: { amount: 0, currency: 'CNY' },
    reason: { en: 'All fast piles are full', zh: '快充桩已满' },
    createdAt: clock.now(),
    ...given,
  }
}

function commandView({ outcome }: RecordedVerbs, clock: Clock, chargePointId: string, action: string): CommandView {
  const said = outcome === 'sent' ? { status: 'sent' as const } : outcome
  const now = clock.now()
  return {
    id: newId(),
    chargePointId,
    verb: 'native',
    action,
    status: said.status,
    result: 'result' in said ? said.result : null,
    error: 'error' in said ? said.error : null,
    createdAt: now,
    sentAt: now,
    answeredAt: outcome === 'sent' ? null : now,
    observedAt: null,
  }
}
