import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Verdict } from '../../protocol/charger/report.ts'
import type { Clock } from '../../protocol/clock.ts'
import type { SiteEvent } from '../../protocol/events.ts'
import type { EpochMs } from '../../protocol/units.ts'
import type { CommandDesk } from './commands/desk.ts'
import type { EventBus } from './events.ts'
import type { SiteRunner } from './site/runner.ts'

/** What the verbs need. Each verb takes the ones it uses. */
export interface UseCasePorts {
  pool: Pool
  clock: Clock
  log: Logger
  sites: SiteRunner
  desk: CommandDesk
  events: EventBus
  httpPiles: HttpPiles
  defaultSiteId: string
}

/** The transport of HTTP piles: their calls become reports like any charger's. */
export interface HttpPiles {
  assign(task: {
    pileId: string
    idTag: string
    startKey: string
    requestId: string
    at?: EpochMs
  }): Promise<{ transactionId: number; verdict: Verdict }>
  /** Energy since the start; older or repeated progress is harmless. */
  progress(said: {
    pileId: string
    transactionId: number
    energyWh: number
    powerW: number
    at?: EpochMs
  }): Promise<unknown>
  complete(said: {
    pileId: string
    transactionId: number
    energyWh: number
    at: EpochMs
    startedAt: EpochMs
    reason?: string
  }): Promise<unknown>
  /** Resolves with the piles that are not known, or speak another protocol. */
  heartbeat(said: { pileIds: string[] }): Promise<{ refused: string[] }>
}

export type Emit = (event: SiteEvent) => void
