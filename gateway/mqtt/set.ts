import type { Clock } from '../../protocol/clock.ts'
import type { PayloadOf } from '../../protocol/mqtt/topics.ts'
import { rfc3339 } from '../../protocol/units.ts'
import type { Log, MqttOptions, SetResult, Speak } from './ports.ts'

/** Repeats of a command (QoS 1 delivers at least once) within so many later ones are answered, not executed again. */
const REMEMBERED = 256

/** Commands by integrations, answered on `set/{verb}/result` with their `id`. */
export function createSet(ports: { speak: Speak; clock: Clock; log: Log; onSet: MqttOptions['onSet'] }) {
  const seen = new Map<string, Promise<SetResult>>()

  async function execute(pileId: string, verb: string, order: PayloadOf<'set'>): Promise<SetResult> {
    if (ports.onSet === undefined) return { status: 'rejected', detail: 'not-supported' }
    try {
      return await ports.onSet(pileId, verb, order.args ?? {}, order.id)
    } catch (error) {
      ports.log.error({ pile: pileId, verb, err: error }, 'command of an integration failed')
      return { status: 'rejected', detail: 'internal' }
    }
  }

  /** Starts it; the result topic, not the acknowledgement, says what became of it. */
  return function order(pileId: string, verb: string, payload: PayloadOf<'set'>): void {
    const key = JSON.stringify([pileId, verb, payload.id])
    const result = seen.get(key) ?? execute(pileId, verb, payload)
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
