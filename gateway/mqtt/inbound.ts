import type { Central } from '../../protocol/charger/link.ts'
import { foldCase } from '../../protocol/ids.ts'
import { type Match, matchInbound, NEVER_RETAINED, TOPICS } from '../../protocol/mqtt/topics.ts'
import { mayPublish } from './access.ts'
import type { Commands } from './commands.ts'
import type { DropReason, Trouble } from './counters.ts'
import type { Link, Links } from './links.ts'
import type { Piles, Said } from './pile.ts'
import type { Inbound, Message, Sender } from './ports.ts'
import type { PlaceOrder } from './set.ts'

/** A topic outside of the sender's rights: the sender is disconnected. */
export class Forbidden extends Error {
  override name = 'Forbidden'
}

/** How long a pile that central did not admit is not asked about again. */
const NOT_ADMITTED_MS = 5000
const REMEMBERED = 10_000

/** The way of every message in: rights, size, retention, JSON, shape; then to the pile, the command or the integration. */
export function createInbound(ports: {
  central: Central
  links: Links
  piles: Piles
  commands: Commands
  order: PlaceOrder
  trouble: Trouble
  base: string
  maxPayloadBytes: number
}): Inbound {
  const { central, links, piles, commands, trouble, base } = ports
  const { counters } = trouble
  const admissions = new Map<string, Promise<string | null>>()
  const refusedUntil = new Map<string, number>()

  const identityOf = ({ identity }: Sender, match: Match | null): string =>
    identity.kind === 'pile' ? identity.chargePointId : (match?.id ?? identity.kind)

  /** The canonical id of a pile that somebody else vouches for; null where central does not know it. */
  function canonical(id: string, address: string): Promise<string | null> {
    const key = foldCase(id)
    if ((refusedUntil.get(key) ?? 0) > performance.now()) return Promise.resolve(null)
    let asked = admissions.get(key)
    if (asked === undefined) {
      asked = central.admit({ protocol: 'mqtt', identity: id, address, tls: false }).then(admission => {
        if (admission.admitted) return admission.profile.chargePointId
        // The broker, or the operator who allows anonymous clients, stands in for the password.
        if (admission.reason === 'no-credentials') return id
        if (refusedUntil.size >= REMEMBERED) refusedUntil.clear()
        refusedUntil.set(key, performance.now() + NOT_ADMITTED_MS)
        return null
      })
      admissions.set(key, asked)
      const forget = (): boolean => admissions.delete(key)
      asked.then(forget, forget)
    }
    return asked
  }

  async function linkOf(message: Message, id: string): Promise<Link | null> {
    const { sender } = message
    if (sender.identity.kind === 'pile') return attach(message, sender.identity.chargePointId)
    const known = links.find(id)
    if (known?.senders.has(sender)) return attach(message, known.chargePointId)
    const chargePointId = await canonical(id, sender.address)
    if (chargePointId === null) return null
    const link = attach(message, chargePointId)
    link.wireId = id
    return link
  }

  /** A last will is said by a connection that is over: it never brings a link up. */
  const attach = ({ sender, will }: Message, chargePointId: string): Link =>
    links.attach(will ? { ...sender, gone: true } : sender, chargePointId)

  function drop(message: Message, match: Match | null, reason: DropReason, detail?: string): 'dropped' {
    trouble.dropped(identityOf(message.sender, match), message.sender.address, reason, {
      topic: message.topic.slice(0, 200),
      ...(detail === undefined ? {} : { detail }),
    })
    return 'dropped'
  }

  async function offline(message: Message, link: Link): Promise<void> {
    if (message.will) links.release(message.sender, 'last will')
    else links.down(link, 'offline')
    await links.run(link, async () => {})
  }

  /** Answers to our own commands never wait behind the pile's reports. */
  async function answer(link: Link, payload: Parameters<Commands['answered']>[1], json: unknown): Promise<void> {
    if (commands.answered(link, payload, json)) return
    await links.run(link, () => links.report(link, { type: 'late-answer', commandId: payload.id, result: json }))
  }

  return async function inbound(message) {
    counters.received++
    const { topic, payload, qos, retain, sender } = message
    const match = matchInbound(topic, base)
    if (!mayPublish(sender.identity, topic, match, base)) {
      trouble.forbidden(identityOf(sender, null), sender.address, topic.slice(0, 200))
      throw new Forbidden(`not allowed to publish to ${topic.slice(0, 200)}`)
    }
    if (match === null) return drop(message, match, 'unknown-topic')
    if (payload.length > ports.maxPayloadBytes) return drop(message, match, 'too-large', `${payload.length} bytes`)
    if (retain && payload.length === 0) return 'kept'
    if (retain && NEVER_RETAINED.has(match.name)) return drop(message, match, 'retained')

    let json: unknown
    try {
      json = JSON.parse(payload.toString())
    } catch {
      return drop(message, match, 'not-json')
    }
    const parsed = TOPICS[match.name].payload.safeParse(json)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!
      return drop(message, match, 'wrong-shape', `${issue.path.join('.') || '/'}: ${issue.message}`)
    }
    if (match.name === 'set') {
      ports.order(match.id, match.verb, parsed.data as never, sender.identity)
      return 'kept'
    }

    const said = { name: match.name, payload: parsed.data } as Said | { name: 'result'; payload: never }
    try {
      const link = await linkOf(message, match.id)
      if (link === null) return drop(message, match, 'not-admitted')
      if (said.name === 'result') await answer(link, said.payload, json)
      else if (said.name === 'status' && said.payload.status === 'offline') await offline(message, link)
      else
        await links.run(link, async () => {
          if (sender.failed && qos > 0) throw new Error('an earlier message of this connection was not kept')
          await piles.keep(link, said)
        })
      return 'kept'
    } catch (error) {
      counters.failed++
      // Nobody sends a message of QoS 0 again: parting from the pile would only cost more of them.
      if (qos === 0) return 'dropped'
      sender.failed = true
      throw error
    }
  }
}
