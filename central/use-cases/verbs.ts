import type { Outcome } from '../../protocol/charger/command.ts'
import type { FaultType } from '../../protocol/charger/faults.ts'
import type { Mode } from '../../protocol/modes.ts'
import type { Result } from '../../protocol/result.ts'
import type { EpochMs, Money } from '../../protocol/units.ts'
import type { LineDimension } from '../core/billing/rate.ts'

/** Who asks. `id` is null for the system itself. */
export interface Actor {
  id: string | null
  name: string
  role: 'driver' | 'technician' | 'operator' | 'admin' | 'simulator' | 'system'
}

export type RequestStatus = 'waiting' | 'called' | 'charging' | 'interrupted' | 'completed' | 'cancelled' | 'no-show'

/** A driver's request as they see it. Times are charging time; `position` is 1 for the next one of its mode. */
export interface RequestView {
  id: string
  siteId: string
  userId: string | null
  vehicleId: string | null
  mode: Mode
  number: string
  energyWh: number
  /** Priority class: higher is called first, 0 is everybody. */
  priority: number
  deliveredEnergyWh: number
  status: RequestStatus
  position: number | null
  carsAhead: number
  pileId: string | null
  sessionId: string | null
  estimatedStartAt: EpochMs | null
  estimatedWaitSeconds: number | null
  estimatedFinishAt: EpochMs | null
  /** What it has cost so far, running session included. */
  cost: Money
  /** Why this pile, or why still waiting, in words. */
  reason: { en: string; zh: string }
  createdAt: EpochMs
}

export interface BillView {
  id: string
  number: string
  requestId: string
  /** As issued; corrections since then are beside it, `balance` is both together. */
  total: Money
  corrections: Money
  balance: Money
  /** Contained in the balance. */
  vat: Money
  state: 'unpaid' | 'paid' | 'refunded'
  energyWh: number
  createdAt: EpochMs
  details: DetailView[]
}

export interface DetailView {
  id: string
  number: string
  kind: 'charge' | 'correction'
  sessionId: string | null
  pileId: string | null
  energyWh: number
  chargingSeconds: number
  parkingSeconds: number
  startedAt: EpochMs
  endedAt: EpochMs
  windows: { from: string; to: string; kind: string; price: string; energyWh: number; fee: Money }[]
  energyFee: Money
  serviceFee: Money
  otherFee: Money
  total: Money
  /** Contained in the total. */
  vat: Money
  lines: LineView[]
  stopReason: string
}

/** What was billed at one price. */
export interface LineView {
  dimension: LineDimension
  kind: string
  /** Decimal, in the currency unit without VAT, per kWh, hour or session. */
  price: string
  quantity: number
  unit: 'Wh' | 's' | 'count'
  /** Percent; null where none applies. */
  vat: number | null
  /** With VAT. */
  amount: Money
}

export interface CommandView {
  id: string
  chargePointId: string
  verb: string
  action: string | null
  status: 'queued' | 'sent' | Outcome['status']
  result: unknown
  error: { code: string; description: string } | null
  createdAt: EpochMs
  sentAt: EpochMs | null
  answeredAt: EpochMs | null
  observedAt: EpochMs | null
}

/** The verbs that change who charges where, what it costs and what a charger does: everything REST may set in motion. */
export interface Verbs {
  requestCharge(
    actor: Actor,
    input: { mode: Mode; energyWh: number; vehicleId?: string; siteId?: string; priority?: number },
  ): Promise<Result<RequestView>>
  changeRequest(
    actor: Actor,
    requestId: string,
    /** `priority` by operators only, and only of a car that waits. */
    change: { mode?: Mode; energyWh?: number; priority?: number },
  ): Promise<Result<RequestView>>
  /** Without an id: the actor's only active request. Waits (bounded) for the session to end, so that the bill can be told. */
  cancelRequest(
    actor: Actor,
    requestId?: string,
  ): Promise<Result<{ id: string; status: RequestStatus; bill: BillView | null }>>
  /** `not-found` also for another driver's request; operators see all. */
  viewRequest(actor: Actor, requestId: string): Promise<Result<RequestView>>
  activeRequest(actor: Actor): Promise<Result<RequestView>>

  controlPile(
    actor: Actor,
    pileId: string,
    order: { action: 'start' | 'stop' | 'maintenance' | 'unlock' | 'reset'; reason?: string; force?: boolean },
  ): Promise<Result<{ id: string; state: string; command: { id: string; status: string } | null }>>

  /** Announces work at a pile. Refused: `window-overlaps`, `malformed-request` for one that is over already. */
  planMaintenance(
    actor: Actor,
    window: { pileId: string; from: EpochMs; to: EpochMs; reason: string },
  ): Promise<Result<{ windowId: string }>>
  /** Also while it runs: the pile is back at once. `state-forbids` when it is over. */
  cancelMaintenance(actor: Actor, windowId: string): Promise<Result<null>>

  /** Opens a fault record, interrupts the pile's cars. */
  reportFault(
    actor: Actor,
    input: { pileId: string; type: FaultType; description: string; source: 'technician' | 'rest' | 'simulator' },
  ): Promise<Result<{ faultId: string }>>
  /** Moves a record along `open -> acknowledged -> in-repair -> resolved | false-alarm`; resolved brings the pile back. */
  updateFault(
    actor: Actor,
    faultId: string,
    change: { state?: FaultState; note?: string; assigneeId?: string | null; parts?: FaultPart[] },
  ): Promise<Result<{ faultId: string; state: FaultState }>>
  /** The HTTP pile says it works again: resolves what it reported itself. */
  recoverPile(actor: Actor, pileId: string): Promise<Result<{ resolved: string[] }>>

  /**
   * On a session that is held for review: billed as metered, with `energyWh`, or not at all. The bill is null while the
   * request goes on, where nothing is billed, and while it waits for the cable. `verdict-given` when it was given before.
   */
  giveVerdict(
    actor: Actor,
    sessionId: number,
    input: { verdict: ReviewVerdict; energyWh?: number | undefined; note: string },
  ): Promise<Result<{ sessionId: string; verdict: ReviewVerdict; waits: boolean; bill: BillView | null }>>
  /** A credit (negative) or debit beside a bill, or another energy for one of its details. The bill as it stands then. */
  correctBill(
    actor: Actor,
    billId: string,
    input: { detailId?: string | undefined; amount?: Money | undefined; energyWh?: number | undefined; reason: string },
  ): Promise<Result<BillView>>

  /**
   * A command in the charger's dialect, kept as a row, sent, and awaited for `waitMs`; the row as it stands then.
   * Refused before anything is sent: `unknown-action`, `invalid-payload`, `charge-point-offline`, `not-found`.
   */
  sendNative(
    actor: Actor,
    chargePointId: string,
    input: { action: string; payload: unknown; waitMs: number },
  ): Promise<Result<CommandView> & { problems?: { path: string; message: string }[] }>

  /** The HTTP pile's transport (rest.md, simulator routes). */
  assignCharging(input: {
    pileId: string
    userId?: string
    number?: string
    energyWh: number
    mode?: Mode
  }): Promise<Result<{ pileId: string; sessionId: string; requestId: string }>>
  chargingProgress(input: {
    pileId: string
    sessionId: string
    energyWh: number
    powerW: number
    at?: EpochMs
  }): Promise<Result<null>>
  chargingComplete(input: {
    pileId: string
    sessionId: string
    energyWh: number
    startedAt: EpochMs
    endedAt: EpochMs
    reason?: string
  }): Promise<Result<{ bill: BillView | null }>>
  heartbeat(input: { pileIds: string[] }): Promise<Result<null>>
}

export const REVIEW_VERDICTS = ['bill', 'amend', 'void'] as const
export type ReviewVerdict = (typeof REVIEW_VERDICTS)[number]

/** A part that a repair has used. */
export interface FaultPart {
  name: string
  quantity: number
  note?: string
}
export const FAULT_STATES = ['open', 'acknowledged', 'in-repair', 'resolved', 'false-alarm'] as const
export type FaultState = (typeof FAULT_STATES)[number]
