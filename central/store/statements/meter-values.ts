import type { Reading } from '../../../protocol/charger/report.ts'
import type { EpochMs, MilliWh } from '../../../protocol/units.ts'
import type { LiveFigures } from './live-figures.ts'
import { rows } from './rows.ts'

/** A reading with where it belongs. */
export interface StoredReading {
  chargePointId: string
  connectorId: number
  sessionId: number | null
  receivedAt: EpochMs
  reading: Reading
}

export const storedReadings = rows<StoredReading>({
  charge_point_id: ['text', r => r.chargePointId],
  connector_id: ['integer', r => r.connectorId],
  session_id: ['integer', r => r.sessionId],
  received_at: ['timestamptz', r => r.receivedAt],
  at: ['timestamptz', r => r.reading.at],
  context: ['text', r => r.reading.context],
  register_milli_wh: ['bigint', r => r.reading.registerMilliWh],
  power_w: ['integer', r => r.reading.powerW],
  voltage_v: ['real[]', r => r.reading.voltageV],
  current_a: ['real[]', r => r.reading.currentA],
  soc_percent: ['real', r => r.reading.socPercent],
  samples: ['jsonb', r => r.reading.samples],
})

const COLUMNS =
  'charge_point_id, connector_id, session_id, received_at, at, context, register_milli_wh, power_w, voltage_v, current_a, soc_percent, samples'

export const STORE_READINGS = /* sql */ `
insert into meter_values (${COLUMNS}) select ${COLUMNS} from ${storedReadings.from} order by n`

/**
 * For readings of a time that the session has passed already: one that is kept is not kept again. A charge point repeats
 * what it got no answer to, and so does the writer when nobody knows whether its commit was done.
 */
export const STORE_READINGS_ONCE = /* sql */ `
insert into meter_values (${COLUMNS}) select ${COLUMNS} from ${storedReadings.from}
where not exists (
  select from meter_values m
  where m.session_id = input.session_id and m.connector_id = input.connector_id and m.at = input.at
    and m.context is not distinct from input.context and m.register_milli_wh is not distinct from input.register_milli_wh
    and m.power_w is not distinct from input.power_w and m.soc_percent is not distinct from input.soc_percent
    and m.samples is not distinct from input.samples)
order by n
returning session_id as "sessionId", at, received_at as "receivedAt", register_milli_wh as "registerMilliWh"`

/** A reading that was kept of a session that has ended. */
export interface KeptLate {
  sessionId: number
  at: EpochMs | null
  receivedAt: EpochMs
  registerMilliWh: MilliWh | null
}

/** What was settled without a register is settled again: the difference becomes a correction. */
export const SETTLE_AGAIN = /* sql */ `
update charging_sessions set settled_at = null where id = any($1::integer[]) and settled_at is not null`

/** Live figures of an open session and of its pile. */
export interface Moved {
  sessionId: number
  figures: LiveFigures
}

export const moved = rows<Moved>({
  session_id: ['integer', m => m.sessionId],
  energy: ['bigint', m => m.figures.energyMilliWh],
  register: ['bigint', m => m.figures.lastRegisterMilliWh],
  power_w: ['integer', m => m.figures.powerW],
  soc: ['real', m => m.figures.socPercent],
  reading_at: ['timestamptz', m => m.figures.lastReadingAt],
})

export const MOVE_SESSIONS = /* sql */ `
update charging_sessions s set
  energy_milli_wh = input.energy, last_register_milli_wh = input.register, power_w = input.power_w, soc_percent = input.soc,
  last_reading_at = input.reading_at
from ${moved.from} where s.id = input.session_id`

export interface PileMeter {
  pileId: string
  powerW: number | null
  at: EpochMs
}

export const pileMeters = rows<PileMeter>({
  pile_id: ['text', m => m.pileId],
  power_w: ['integer', m => m.powerW],
  at: ['timestamptz', m => m.at],
})

/** An older reading than the last one changes nothing. */
export const MOVE_PILES = /* sql */ `
update charging_piles p set power_now_w = coalesce(input.power_w, p.power_now_w), meter_at = input.at
from ${pileMeters.from} where p.id = input.pile_id and (p.meter_at is null or p.meter_at <= input.at)`
