import type { OrderResult, PileOrder } from '../../protocol/charger/order.ts'
import type { Clock } from '../../protocol/clock.ts'
import { PILE_VERBS, setArgs } from '../../protocol/mqtt/payloads.ts'
import type { PayloadOf } from '../../protocol/mqtt/topics.ts'
import { rfc3339 } from '../../protocol/units.ts'
import type { Identity, Log, MqttOptions, Speak } from './ports.ts'

/** Repeats of a command (QoS 1 delivers at least once) within so many later ones are answered, not executed again. */
const REMEMBERED = 256

type Understood = { ok: true; order: PileOrder } | { ok: false; detail: string }

/** The order that a verb and its arguments mean, or why they mean none. */
export function toPileOrder(verb: string, args: unknown): Understood {
  const known = PILE_VERBS.find(one => one === verb)
  if (known === undefined) return { ok: false, detail: 'unknown-verb' }
  const parsed = setArgs[known].safeParse(args)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    return { ok: false, detail: `invalid-args: ${path.join('.')} ${message}` }
  }
  return { ok: true, order: orderOf(known, parsed.data) }
}

function orderOf(verb: PileOrder['verb'], data: unknown): PileOrder {
  const args = data as { id_tag?: string; energy_wh?: number; power_w: number; available: boolean; hard?: boolean }
  switch (verb) {
    case 'start': {
      const order: PileOrder = { verb }
      if (args.id_tag != null) order.idTag = args.id_tag
      if (args.energy_wh != null) order.energyWh = args.energy_wh
      return order
    }
    case 'limit':
      return { verb, powerW: args.power_w }
    case 'availability':
      return { verb, available: args.available }
    case 'reset':
      return { verb, hard: args.hard ?? false }
    case 'stop':
    case 'unlock':
      return { verb }
    default:
      return verb satisfies never
  }
}

/** Commands by integrations, answered on `set/{verb}/result` with their `id`. */
export function createSet(ports: { speak: Speak; clock: Clock; log: Log; onSet: MqttOptions['onSet'] }) {
  const seen = new Map<string, Promise<OrderResult>>()

  async function execute(pileId: string, verb: string, args: unknown, by: string): Promise<OrderResult> {
    if (ports.onSet === undefined) return { status: 'rejected', detail: 'not-supported' }
    const understood = toPileOrder(verb, args)
    if (!understood.ok) return { status: 'rejected', detail: understood.detail }
    try {
      return await ports.onSet(pileId, understood.order, by)
    } catch (error) {
      ports.log.error({ pile: pileId, verb, err: error }, 'command of an integration failed')
      return { status: 'rejected', detail: 'internal' }
    }
  }

  /** Starts it; the result topic, not the acknowledgement, says what became of it. */
  return function order(pileId: string, verb: string, payload: PayloadOf<'set'>, identity: Identity): void {
    const by = identity.kind === 'integration' ? identity.username : 'mqtt'
    const key = JSON.stringify([by, pileId, verb, payload.id])
    const result = seen.get(key) ?? execute(pileId, verb, payload.args ?? {}, by)
    if (seen.size >= REMEMBERED && !seen.has(key)) seen.delete(seen.keys().next().value!)
    seen.set(key, result)
    void result.then(({ status, detail }) =>
      ports.speak(
        'setResult',
        { id: pileId, verb },
        { id: payload.id, status, ...(detail === undefined ? {} : { detail }), ts: rfc3339(ports.clock.now()) },
      ),
    )
  }
}

export type PlaceOrder = ReturnType<typeof createSet>
