import type { Command, Outcome } from '../../protocol/charger/command.ts'
import type { ConnectorStatus } from '../../protocol/charger/status.ts'
import type { EpochMs } from '../../protocol/units.ts'
import type { Car } from '../../simulator/car.ts'
import { type Charging, createCharging } from '../../simulator/charging.ts'
import { createMeter } from '../../simulator/meter.ts'
import type { VirtualSite } from './virtual-site.ts'

/** Does something at a virtual instant. */
export type Schedule = (at: EpochMs, act: () => Promise<void>) => void

export interface VirtualPileOptions {
  id: string
  powerW: number
  site: VirtualSite
  schedule: Schedule
  /** Between two samples, ms. */
  sampleMs: number
  /** From a command until it is done, ms. */
  reactionMs: number
  /** Nothing flows any more: the session has ended, or the car is full. Told once for each visit. */
  onDone(): void
}

const ACCEPTED: Outcome = { status: 'accepted', result: { status: 'Accepted' } }
const REJECTED: Outcome = { status: 'rejected', result: { status: 'Rejected' } }

/** A charge point with one connector, in charging time that is told step by step. */
export function createVirtualPile({ id, powerW, site, schedule, sampleMs, reactionMs, onDone }: VirtualPileOptions) {
  const meter = createMeter(0)
  let visitor: { car: Car } | null = null
  let session: { transactionId: number; charging: Charging; idTag: string } | null = null
  let told = false

  const now = (): EpochMs => site.clock.now()
  const status = (word: ConnectorStatus) =>
    site.report(id, { type: 'connector-status', connectorId: 1, status: word, errorCode: 'NoError', at: now() })

  function done(): void {
    if (told) return
    told = true
    onDone()
  }

  async function begin(idTag: string): Promise<void> {
    if (visitor === null || session !== null) return
    const charging = createCharging({ meter, car: visitor.car, offeredW: powerW, at: now() })
    const { transactionId } = await site.report(id, {
      type: 'session-started',
      connectorId: 1,
      idTag,
      startKey: `${id}-${now()}`,
      registerMilliWh: meter.registerMilliWh,
      at: now(),
    })
    session = { transactionId, charging, idTag }
    await status('Charging')
    schedule(now() + sampleMs, () => sample(transactionId))
  }

  async function sample(transactionId: number): Promise<void> {
    if (session?.transactionId !== transactionId) return
    const { charging } = session
    charging.advanceTo(now())
    const reading = { at: now(), registerMilliWh: meter.registerMilliWh, powerW: charging.powerW }
    await site.report(id, { type: 'meter-sampled', connectorId: 1, transactionId, readings: [reading] })
    if (charging.done === null) return schedule(now() + sampleMs, () => sample(transactionId))
    await status('SuspendedEV')
    done()
  }

  async function end(reason: string): Promise<void> {
    if (session === null) return
    const { transactionId, charging } = session
    session = null
    charging.advanceTo(now())
    meter.completeWattHour()
    const registerMilliWh = meter.registerMilliWh
    await site.report(id, { type: 'session-ended', transactionId, registerMilliWh, reason, at: now(), readings: [] })
    if (visitor !== null) await status('Finishing')
    done()
  }

  return {
    id,
    isFree: (): boolean => visitor === null,

    async plug(by: { car: Car }): Promise<void> {
      visitor = by
      told = false
      await status('Preparing')
    },

    async unplug(by: { car: Car }): Promise<void> {
      if (visitor !== by) return
      visitor = null
      await end('EVDisconnected')
      await status('Available')
    },

    hear(command: Command): Outcome {
      switch (command.verb) {
        case 'start':
          if (visitor === null || session !== null) return REJECTED
          schedule(now() + reactionMs, () => begin(command.idTag))
          return ACCEPTED
        case 'stop':
          if (session?.transactionId !== command.transactionId) return REJECTED
          schedule(now() + reactionMs, () => end('Remote'))
          return ACCEPTED
        default:
          return { status: 'refused', code: 'not-supported', problems: [] }
      }
    },
  }
}

export type VirtualPile = ReturnType<typeof createVirtualPile>
