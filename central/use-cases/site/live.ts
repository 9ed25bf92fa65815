import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Clock } from '../../../protocol/clock.ts'
import { type Mode, queueNumber } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { towardsTarget } from '../../core/session/target.ts'
import type { Emit } from '../ports.ts'
import { costSoFar } from './view.ts'

/** Real ms between two live figures of one session. */
const EVERY_MS = 2_000

interface RunningSession {
  siteId: string
  timeZone: string
  currency: string
  powerLimitW: number | null
  sitePowerW: number
  id: number
  pileId: string
  startedAt: EpochMs
  energyMilliWh: number
  targetMilliWh: number | null
  powerW: number | null
  meterStartMilliWh: number | null
  tariffVersionId: string | null
  mode: Mode | null
  number: number | null
}

const RUNNING = /* sql */ `
select site.id as "siteId", site.time_zone as "timeZone", site.currency, site.power_limit_w as "powerLimitW",
       (select coalesce(sum(power_w), 0) from charging_sessions o where o.site_id = site.id and o.ended_at is null)::integer as "sitePowerW",
       s.id, s.pile_id as "pileId", s.started_at as "startedAt", s.energy_milli_wh as "energyMilliWh", s.target_milli_wh as "targetMilliWh",
       s.power_w as "powerW", s.meter_start_milli_wh as "meterStartMilliWh", s.tariff_version_id as "tariffVersionId", r.mode, r.number
from charging_sessions s join sites site on site.id = s.site_id left join charging_requests r on r.id = s.request_id
where s.id = $1 and s.ended_at is null and s.pile_id is not null`

/** Tells what a running session has delivered and cost, by the code that will bill it, at most every two seconds. */
export function createLiveFigures({ pool, clock, log, emit }: { pool: Pool; clock: Clock; log: Logger; emit: Emit }) {
  const told = new Map<number, number>()

  async function tell(sessionId: number): Promise<void> {
    const { rows } = await pool.query<RunningSession>({ name: 'running-session', text: RUNNING, values: [sessionId] })
    const session = rows[0]
    if (session === undefined) return
    const at = clock.now()
    const cost = await costSoFar(pool, session.id, at)
    const { remainingMs } = towardsTarget({
      energyMilliWh: session.energyMilliWh,
      targetMilliWh: session.targetMilliWh,
      lastPowerW: session.powerW,
    })
    emit({
      type: 'pile-session',
      siteId: session.siteId,
      pileId: session.pileId,
      at,
      session: {
        sessionId: String(session.id),
        number: session.mode === null || session.number === null ? null : queueNumber(session.mode, session.number),
        startedAt: session.startedAt,
        energyWh: Math.round(session.energyMilliWh / 1000),
        costMinor: cost,
        currency: session.currency,
        etaAt: remainingMs === null ? null : at + remainingMs,
      },
    })
    emit({ type: 'site-power', siteId: session.siteId, at, powerW: session.sitePowerW, limitW: session.powerLimitW })
  }

  return {
    sessionMoved({ sessionId }: { sessionId: number | null }): void {
      if (sessionId === null) return
      const now = Date.now()
      if (now - (told.get(sessionId) ?? 0) < EVERY_MS) return
      if (told.size > 50_000) told.clear()
      told.set(sessionId, now)
      tell(sessionId).catch(error => log.debug({ err: error, sessionId }, 'live figures could not be told'))
    },

    /** Of every running session, one after another. Never rejects. */
    async retell(): Promise<void> {
      try {
        const { rows } = await pool.query<{ id: number }>(
          'select id from charging_sessions where ended_at is null and pile_id is not null order by id',
        )
        for (const { id } of rows) await tell(id)
      } catch (error) {
        log.debug({ err: error }, 'live figures could not be told')
      }
    },
  }
}
