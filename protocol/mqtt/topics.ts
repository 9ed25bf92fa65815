import type { z } from 'zod'
import { decodeId, encodeId } from './encode.ts'
import * as payload from './payloads.ts'

/** Base topic unless configured otherwise. */
export const BASE = 'ev'
const VERSION = 'v1'

export type Direction = 'from-pile' | 'to-pile' | 'to-all' | 'from-integration'

type ParamNames<A extends string> = A extends `${string}{${infer N}}${infer Rest}` ? N | ParamNames<Rest> : never
export type Params<A extends string> = { [N in ParamNames<A>]: string }

export interface Topic<A extends string = string, S extends z.ZodType = z.ZodType> {
  /** Below `{base}/v1/`, with `{name}` for an id. */
  address: A
  direction: Direction
  retained: boolean
  qos: 0 | 1
  payload: S
  summary: string
  /** The whole topic; ids are encoded here and nowhere else. */
  build(params: Params<A>, base?: string): string
  /** The decoded ids, or null where the topic is another one or spelled differently. */
  parse(topic: string, base?: string): Params<A> | null
}

interface Row<A extends string, S extends z.ZodType> {
  address: A
  direction: Direction
  retained: boolean
  qos: 0 | 1
  payload: S
  summary: string
}

function topic<const A extends string, S extends z.ZodType>(row: Row<A, S>): Topic<A, S> {
  const levels = row.address.split('/')
  const names = levels.map(level => (level.startsWith('{') ? level.slice(1, -1) : null))
  return {
    ...row,
    build: (params, base = BASE) => {
      const ids = params as Record<string, string>
      let built = `${base}/${VERSION}`
      for (let i = 0; i < levels.length; i++) {
        const name = names[i]
        built += name == null ? `/${levels[i]}` : `/${encodeId(ids[name]!)}`
      }
      return built
    },
    parse: (whole, base = BASE) => {
      const given = below(whole, base)?.split('/')
      if (given === undefined || given.length !== levels.length) return null
      return readParams(levels, names, given) as Params<A> | null
    },
  }
}

/** The part of a topic below `{base}/v1/`, or null. */
function below(whole: string, base: string): string | null {
  const at = base.length
  if (!whole.startsWith(base) || !whole.startsWith(`/${VERSION}/`, at)) return null
  return whole.slice(at + VERSION.length + 2)
}

function readParams(levels: string[], names: (string | null)[], given: string[]): Record<string, string> | null {
  const params: Record<string, string> = {}
  for (let i = 0; i < levels.length; i++) {
    const name = names[i]
    if (name == null) {
      if (levels[i] !== given[i]) return null
      continue
    }
    const id = decodeId(given[i]!)
    if (id === null) return null
    params[name] = id
  }
  return params
}

const fromPile = { direction: 'from-pile', retained: false, qos: 1 } as const
const toPile = { direction: 'to-pile', retained: false, qos: 1 } as const
const state = { direction: 'to-all', retained: true, qos: 1 } as const
const event = { direction: 'to-all', retained: false, qos: 1 } as const

/** Every topic of the product. State is retained at QoS 1, meters are retained at QoS 0, commands are never retained. */
export const TOPICS = {
  hello: topic({ ...fromPile, address: 'pile/{id}/up/hello', payload: payload.hello, summary: 'Who the pile is' }),
  status: topic({
    ...fromPile,
    retained: true,
    address: 'pile/{id}/up/status',
    payload: payload.status,
    summary: 'State of the connector; `offline` as last will',
  }),
  plug: topic({
    ...fromPile,
    address: 'pile/{id}/up/plug',
    payload: payload.plug,
    summary: 'A car was plugged in or out',
  }),
  session: topic({
    ...fromPile,
    address: 'pile/{id}/up/session',
    payload: payload.session,
    summary: 'A session started or ended',
  }),
  meter: topic({
    ...fromPile,
    address: 'pile/{id}/up/meter',
    payload: payload.meter,
    summary: 'Register and readings',
  }),
  result: topic({
    ...fromPile,
    address: 'pile/{id}/up/result',
    payload: payload.result,
    summary: 'Answer to a command',
  }),

  command: topic({ ...toPile, address: 'pile/{id}/down/command', payload: payload.command, summary: 'A command' }),
  sessionAnswer: topic({
    ...toPile,
    address: 'pile/{id}/down/session',
    payload: payload.sessionAnswer,
    summary: 'The session is kept; may it charge',
  }),

  gatewayState: topic({
    ...state,
    address: 'gateway/state',
    payload: payload.gatewayState,
    summary: 'online, or offline as last will',
  }),
  gatewayInfo: topic({ ...state, address: 'gateway/info', payload: payload.gatewayInfo, summary: 'What runs here' }),
  gatewayHealth: topic({
    ...state,
    address: 'gateway/health',
    payload: payload.gatewayHealth,
    summary: 'How it fares',
  }),
  siteQueue: topic({ ...state, address: 'site/{id}/queue', payload: payload.siteQueue, summary: 'The waiting area' }),
  sitePower: topic({ ...state, address: 'site/{id}/power', payload: payload.sitePower, summary: 'Power of the site' }),
  pileState: topic({ ...state, address: 'pile/{id}/state', payload: payload.pileState, summary: 'State of a pile' }),
  pileMeter: topic({
    ...state,
    qos: 0,
    address: 'pile/{id}/meter',
    payload: payload.pileMeter,
    summary: 'Meter of a pile, at most once per second',
  }),
  pileSession: topic({
    ...state,
    address: 'pile/{id}/session',
    payload: payload.pileSession,
    summary: 'The running session; emptied at its end',
  }),
  sessionEvent: topic({
    ...event,
    address: 'session/{id}/event',
    payload: payload.sessionEvent,
    summary: 'started, suspended, ended, billed',
  }),
  bill: topic({ ...event, address: 'bill/{id}', payload: payload.bill, summary: 'A bill with lines and total' }),
  event: topic({ ...event, address: 'event', payload: payload.notice, summary: 'Facts for people' }),

  set: topic({
    direction: 'from-integration',
    retained: false,
    qos: 1,
    address: 'pile/{id}/set/{verb}',
    payload: payload.setCommand,
    summary: 'A command by an integration',
  }),
  setResult: topic({
    ...event,
    address: 'pile/{id}/set/{verb}/result',
    payload: payload.setResult,
    summary: 'What became of it, `id` echoed',
  }),
}

/** A retained one of these would be acted upon again at every reconnect: it is refused and logged. */
export const NEVER_RETAINED: ReadonlySet<InboundName> = new Set<InboundName>(['session', 'result', 'set'])

export type TopicName = keyof typeof TOPICS
export type PayloadOf<N extends TopicName> = z.output<(typeof TOPICS)[N]['payload']>
/** Topics that others publish and we read. */
export type InboundName = 'hello' | 'status' | 'plug' | 'session' | 'meter' | 'result' | 'set'
/** Topics that a pile publishes. */
export type UpName = Exclude<InboundName, 'set'>

export type Match = { name: UpName; id: string } | { name: 'set'; id: string; verb: string }

const UP: ReadonlySet<string> = new Set<UpName>(['hello', 'status', 'plug', 'session', 'meter', 'result'])

/** Which inbound topic this is, and whose; null for every other topic. Written out by hand: every message passes here. */
export function matchInbound(whole: string, base: string = BASE): Match | null {
  const levels = below(whole, base)?.split('/')
  if (levels === undefined || levels.length !== 4 || levels[0] !== 'pile') return null
  const id = decodeId(levels[1]!)
  const last = levels[3]!
  if (id === null) return null
  if (levels[2] === 'up') return UP.has(last) ? { name: last as UpName, id } : null
  if (levels[2] !== 'set') return null
  const verb = decodeId(last)
  return verb === null ? null : { name: 'set', id, verb }
}

/** `{base}/v1/pile/{id}/up/`: a pile may publish only below its own. */
export const upPrefix = (id: string, base: string = BASE): string => `${base}/${VERSION}/pile/${encodeId(id)}/up/`
/** `{base}/v1/pile/{id}/down/`: a pile may read only below its own. */
export const downPrefix = (id: string, base: string = BASE): string => `${base}/${VERSION}/pile/${encodeId(id)}/down/`

/** The pile whose `up/` or `down/` branch a topic or filter lies in, whatever follows; null for every other topic. */
export function branchOf(whole: string, base: string = BASE): { id: string; branch: 'up' | 'down' } | null {
  const levels = below(whole, base)?.split('/')
  if (levels === undefined || levels.length < 4 || levels[0] !== 'pile') return null
  const branch = levels[2]
  const id = decodeId(levels[1]!)
  return id !== null && (branch === 'up' || branch === 'down') ? { id, branch } : null
}

/** Filters that reach everything piles and integrations say, for a gateway on an outside broker. */
export const inboundFilters = (base: string = BASE): string[] => [
  `${base}/${VERSION}/pile/+/up/#`,
  `${base}/${VERSION}/pile/+/set/+`,
]
