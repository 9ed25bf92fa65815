import { z } from 'zod'
import { CONNECTOR_STATUSES } from '../charger/status.ts'
import { OCCUPIED_DETAILS, PILE_STATES } from '../events.ts'
import { MODES } from '../modes.ts'

/**
 * Payloads of the MQTT contract: JSON objects with snake_case keys and the unit as suffix. Parsing is tolerant: unknown
 * members are ignored, null counts as absent, and `ts` may be missing (then the time of arrival counts).
 */

/** RFC 3339 with `Z` or an offset. */
const ts = z.iso.datetime({ offset: true })
const sent = { ts: ts.nullish() }
const stamped = { ts }

const text = z.string().max(255)
const id = z.string().min(1).max(255)
/** OCPP's IdToken is 20 long; some readers send more (quirk 52), so the border is generous. */
const idTag = z.string().min(1).max(64)
/** A register in Wh, decimals allowed to a thousandth; far below 2^53 mWh. */
const registerWh = z.number().min(0).max(9e12)
const phases = z.array(z.number()).max(16)

export const hello = z.object({
  ...sent,
  vendor: text,
  model: text,
  firmware: text.nullish(),
  mode: z.enum(MODES).nullish(),
  power_w: z.number().min(0).nullish(),
})

export const status = z.object({
  ...sent,
  status: z.enum([...CONNECTOR_STATUSES, 'offline']),
  error_code: text.nullish(),
  vendor_error_code: text.nullish(),
  info: text.nullish(),
})

export const plug = z.object({ ...sent, plugged: z.boolean(), id_tag: idTag.nullish() })

export const session = z.object({
  ...sent,
  event: z.enum(['started', 'ended']),
  /** Chosen by the pile, unique: what makes a repeated start or end harmless. */
  session_key: id,
  meter_wh: registerWh,
  id_tag: idTag.nullish(),
  reason: text.nullish(),
})

export const meter = z.object({
  ...sent,
  session_key: id.nullish(),
  energy_wh: registerWh,
  power_w: z.number().nullish(),
  voltage_v: phases.nullish(),
  current_a: phases.nullish(),
  soc_pct: z.number().min(0).max(100).nullish(),
})

/** The pile's answer to a command. */
export const result = z.object({
  ...sent,
  id,
  status: z.enum(['accepted', 'rejected']),
  detail: z.string().max(4096).nullish(),
})

export const PILE_VERBS = ['start', 'stop', 'limit', 'availability', 'reset', 'unlock'] as const
export type PileVerb = (typeof PILE_VERBS)[number]

const order = <V extends PileVerb, A extends z.ZodRawShape>(verb: V, args: A) =>
  z.object({ ...stamped, id, verb: z.literal(verb), args: z.object(args) })

export const command = z.discriminatedUnion('verb', [
  order('start', { connector_id: z.int(), id_tag: idTag, energy_wh: z.number().optional() }),
  order('stop', { session_key: z.string(), session_id: z.string() }),
  order('limit', { power_w: z.number() }),
  order('availability', { available: z.boolean() }),
  order('reset', { hard: z.boolean() }),
  order('unlock', {}),
])

/** Our answer to a session's start or end, sent after it is kept. `session_id` is null where none is known. */
export const sessionAnswer = z.object({
  ...stamped,
  session_key: id,
  session_id: z.string().nullable(),
  accepted: z.boolean(),
  reason: z.string().optional(),
})

export const gatewayState = z.object({ ...stamped, state: z.enum(['online', 'offline']) })
export const gatewayInfo = z.object({
  ...stamped,
  version: z.string(),
  sites: z.array(z.string()),
  time_zone: z.string(),
  currency: z.string(),
})
export const gatewayHealth = z.object({
  ...stamped,
  parts: z.record(z.string(), z.string()),
  uptime_s: z.int(),
  rss_mb: z.number(),
})

export const siteQueue = z.object({
  ...stamped,
  capacity: z.int(),
  waiting: z.array(
    z.object({ number: z.string(), mode: z.enum(MODES), position: z.int(), expected_start: ts.nullable() }),
  ),
})
export const sitePower = z.object({ ...stamped, power_w: z.number(), limit_w: z.number().nullable() })

export const pileState = z.object({
  ...stamped,
  state: z.enum(PILE_STATES),
  detail: z.enum(OCCUPIED_DETAILS).nullable(),
  error_code: z.string(),
  since: ts,
  session_id: z.string().nullable(),
  availability: z.enum(['operative', 'inoperative']),
})
export const pileMeter = z.object({
  ...stamped,
  power_w: z.number().nullable(),
  energy_wh: z.number().nullable(),
  voltage_v: z.array(z.number()),
  current_a: z.array(z.number()),
  soc_pct: z.number().nullable(),
})
/** The retained topic is emptied when the session has ended. */
export const pileSession = z.object({
  ...stamped,
  session_id: z.string(),
  number: z.string().nullable(),
  started_at: ts,
  energy_wh: z.number(),
  cost_minor: z.int(),
  currency: z.string(),
  eta: ts.nullable(),
})

export const sessionEvent = z.object({
  ...stamped,
  session_id: z.string(),
  pile_id: z.string(),
  event: z.enum(['started', 'suspended', 'ended', 'billed']),
  energy_wh: z.number(),
  reason: z.string().nullable(),
})
export const bill = z.object({
  ...stamped,
  bill_id: z.string(),
  number: z.string(),
  total_minor: z.int(),
  currency: z.string(),
  lines: z.array(
    z.object({ session_id: z.string(), pile_id: z.string(), energy_wh: z.number(), total_minor: z.int() }),
  ),
})
/** Facts for people: a charger joined, an unknown tag, a fault, a dispatch decision with its reason. */
export const notice = z.object({
  ...stamped,
  event: z.string(),
  site_id: z.string().nullable(),
  pile_id: z.string().nullable(),
  request_id: z.string().nullable(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
})

/** What `args` of an integration's command hold, by verb. Without a tag, `start` means the car that was called to the pile. */
export const setArgs = {
  start: z.object({ id_tag: idTag.nullish(), energy_wh: z.number().positive().nullish() }),
  stop: z.object({}),
  limit: z.object({ power_w: z.number().min(0) }),
  availability: z.object({ available: z.boolean() }),
  reset: z.object({ hard: z.boolean().nullish() }),
  unlock: z.object({}),
} as const satisfies Record<PileVerb, z.ZodType>

/** A command by an integration; `args` as `setArgs` has them. */
export const setCommand = z.object({ ...sent, id, args: z.record(z.string(), z.unknown()).nullish() })
export const setResult = z.object({
  ...stamped,
  id,
  status: z.enum(['accepted', 'rejected']),
  detail: z.string().optional(),
})
