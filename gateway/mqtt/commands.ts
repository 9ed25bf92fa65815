import type { Command, Outcome } from '../../protocol/charger/command.ts'
import type { Chargers } from '../../protocol/charger/link.ts'
import type { Clock } from '../../protocol/clock.ts'
import type { PayloadOf } from '../../protocol/mqtt/topics.ts'
import { rfc3339 } from '../../protocol/units.ts'
import type { Link, Links } from './links.ts'
import type { Speak } from './ports.ts'

type Order = PayloadOf<'command'>
type Spoken = { [V in Order['verb']]: Pick<Extract<Order, { verb: V }>, 'verb' | 'args'> }[Order['verb']]

/** A command in the words of MQTT piles, or null where they have none. */
export function toOrder(command: Command): Spoken | null {
  switch (command.verb) {
    case 'start':
      return {
        verb: 'start',
        args: {
          connector_id: command.connectorId,
          id_tag: command.idTag,
          ...(command.energyWh === undefined ? {} : { energy_wh: command.energyWh }),
        },
      }
    case 'stop':
      return { verb: 'stop', args: { session_key: command.startKey, session_id: String(command.transactionId) } }
    case 'set-limit':
      return { verb: 'limit', args: { power_w: command.limitW } }
    case 'set-availability':
      return { verb: 'availability', args: { available: command.available } }
    case 'reset':
      return { verb: 'reset', args: { hard: command.hard } }
    case 'unlock':
      return { verb: 'unlock', args: {} }
    default:
      return null
  }
}

interface Waiting {
  link: Link
  settle(outcome: Outcome): void
}

/** Commands to piles: out on `down/command`, answered on `up/result` with the same id. Nothing is ever repeated. */
export function createCommands(ports: { speak: Speak; clock: Clock; callTimeoutMs: number }) {
  const waiting = new Map<string, Waiting>()
  const key = (link: Link, id: string): string => `${link.chargePointId}\n${id}`

  function send(links: Pick<Links, 'find'>): Chargers['send'] {
    return (chargePointId, command, { commandId, timeoutMs }) => {
      const order = toOrder(command)
      if (order === null) return Promise.resolve({ status: 'refused', code: 'not-supported', problems: [] })
      const link = links.find(chargePointId)
      if (link === undefined || link.linkId === null) return Promise.resolve({ status: 'offline' })
      if (command.verb === 'start') link.lastTag = command.idTag

      return new Promise(resolve => {
        const name = key(link, commandId)
        const settle = (outcome: Outcome): void => {
          clearTimeout(timer)
          if (waiting.get(name) === entry) waiting.delete(name)
          if (command.verb === 'start' && (outcome.status === 'rejected' || outcome.status === 'offline')) {
            if (link.lastTag === command.idTag) link.lastTag = null
          }
          resolve(outcome)
        }
        const entry: Waiting = { link, settle }
        const bound = Math.min(timeoutMs, ports.callTimeoutMs)
        const timer = setTimeout(() => {
          settle({
            status: 'timed-out',
            error: { code: 'timed-out', description: `no result within ${bound} ms` },
          })
        }, bound)
        waiting.set(name, entry)
        const payload = { id: commandId, ...order, ts: rfc3339(ports.clock.now()) } as Order
        void ports.speak('command', { id: link.wireId }, payload).then(sent => {
          if (!sent) settle({ status: 'offline' })
        })
      })
    }
  }

  return {
    send,

    /** The pile's answer; false when nobody waits for it any more. */
    answered(link: Link, answer: PayloadOf<'result'>, asSent: unknown): boolean {
      const entry = waiting.get(key(link, answer.id))
      entry?.settle({ status: answer.status, result: asSent })
      return entry !== undefined
    },

    /** A message on `down/command` whose sender has given it up, and must not have it done later. */
    outdated(link: Link | undefined, payload: Buffer): boolean {
      const { id } = JSON.parse(payload.toString()) as Order
      return link === undefined || !waiting.has(key(link, id))
    },

    /** The pile is gone: nobody knows whether it did what it was told. */
    abandon(link: Link, reason: string): void {
      for (const entry of [...waiting.values()]) {
        if (entry.link === link) entry.settle({ status: 'unknown', error: { code: 'link-lost', description: reason } })
      }
    },

    abandonAll(reason: string): void {
      for (const entry of [...waiting.values()]) {
        entry.settle({ status: 'unknown', error: { code: 'link-lost', description: reason } })
      }
    },
  }
}

export type Commands = ReturnType<typeof createCommands>
