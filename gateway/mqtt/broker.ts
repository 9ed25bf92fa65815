import { createServer, type Socket } from 'node:net'
import { Aedes, type Client } from 'aedes'
import { mayRead, maySubscribe, principal } from './access.ts'
import { createCopies } from './copies.ts'
import type { Trouble } from './counters.ts'
import { type Authentication, type Caller, RETURN_CODE } from './credentials.ts'
import { Forbidden } from './inbound.ts'
import type { Links } from './links.ts'
import type { Identity, Inbound, Log, Sender, Wire } from './ports.ts'

/** Where a message goes that was thrown away but must be acknowledged: nobody may subscribe to it by wildcard (4.7.2). */
const NOWHERE = '$SYS/dropped'
const BACKLOG = 4096
const CONNECT_TIMEOUT_MS = 10_000
const MAX_TOPIC_LEVELS = 16
/** MQTT 3.1.1 frames may be 256 MB; a client that begins one this many times too large is cut off. */
const OVERSIZE_FACTOR = 4

interface Session {
  sender: Sender
  principal: string
  /** The user name of a pile, as it spells itself until it subscribes. */
  wireId: string | null
}

/** aedes buffers an unfinished packet here; it has no limit of its own. */
const buffered = (client: Client): number =>
  (client as unknown as { _parser?: { _list?: { length: number } } })._parser?._list?.length ?? 0

const refusal = (returnCode: number, reason: string) => Object.assign(new Error(reason), { returnCode })

/**
 * The embedded broker. aedes sends PUBACK (and PUBREC) after `authorizePublish` calls back and before it distributes the
 * message, so that is where a message is kept: acknowledged means durable.
 */
export async function createBroker(ports: {
  host: string
  port: number
  base: string
  maxPayloadBytes: number
  authenticate: (caller: Caller) => Promise<Authentication>
  inbound: Inbound
  /** A command that nobody waits for any more: a stored session must not hand it out later. */
  outdated: (topic: string, payload: Buffer) => boolean
  links: Links
  trouble: Trouble
  log: Log
}): Promise<Wire> {
  const { base, links, trouble, log } = ports
  const sessions = new WeakMap<Client, Session>()
  const nameless = new WeakSet<Client>()
  const copies = createCopies()
  const sockets = new Set<Socket>()
  const addressOf = (client: Client): string => (client.conn as Socket).remoteAddress ?? ''
  let closing = false

  const aedes = await Aedes.createBroker({
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxTopicLevels: MAX_TOPIC_LEVELS,

    preConnect(client, packet, done) {
      // aedes makes up a name for an empty client id, also where a session is to be kept, which nobody could find again:
      // `authenticate` then answers with return code 2 (MQTT 3.1.1 section 3.1.3.1).
      if (packet.clientId === '' && !packet.clean) nameless.add(client)
      done(null, true)
    },

    authenticate(client, username, password, done) {
      const address = addressOf(client)
      const refuse = (returnCode: number, reason: string): void => {
        trouble.refused(username ?? '', address, reason)
        done(refusal(returnCode, reason), false)
      }
      if (nameless.has(client)) return refuse(RETURN_CODE.identifierRejected, 'empty-client-id')
      ports.authenticate({ username, password, address }).then(
        answer => {
          if (!answer.ok) return refuse(answer.returnCode, answer.reason)
          if (client.closed) return
          const who = principal(answer.identity)
          const holder = clients()[client.id]
          if (holder !== undefined && sessions.get(holder)?.principal !== who) {
            return refuse(RETURN_CODE.identifierRejected, 'client-id-in-use')
          }
          const sender = createSender(client, answer.identity)
          sessions.set(client, { sender, principal: who, wireId: answer.wireId })
          if (answer.identity.kind === 'pile') links.hold(sender, answer.identity.chargePointId)
          done(null, true)
        },
        error => {
          log.warn({ identity: username, err: error }, 'mqtt client could not be judged')
          done(refusal(RETURN_CODE.unavailable, 'unavailable'), false)
        },
      )
    },

    authorizePublish(client, packet, done) {
      const session = client === null ? undefined : sessions.get(client)
      if (closing || client === null || session === undefined) return done(new Error('not connected'))
      ports
        .inbound({
          topic: packet.topic,
          payload: packet.payload as Buffer,
          qos: packet.qos,
          retain: packet.retain,
          will: client.closed,
          sender: session.sender,
        })
        .then(
          outcome => {
            if (outcome === 'dropped') {
              packet.topic = NOWHERE
              packet.payload = Buffer.alloc(0)
              packet.retain = false
            }
            done(null)
          },
          error => {
            if (!(error instanceof Forbidden)) log.warn({ client: client.id, err: error }, 'mqtt message not kept')
            done(error)
          },
        )
    },

    authorizeSubscribe(client, subscription, done) {
      const session = sessions.get(client)
      if (session === undefined) return done(new Error('not connected'))
      const { identity, address } = session.sender
      const { allowed, wireId } = maySubscribe(identity, subscription.topic, base)
      if (!allowed) {
        trouble.forbidden(
          identity.kind === 'pile' ? identity.chargePointId : identity.kind,
          address,
          subscription.topic,
        )
        return done(null, null)
      }
      if (identity.kind === 'pile' && wireId !== undefined) {
        session.wireId = wireId
        const link = links.find(identity.chargePointId)
        if (link !== undefined) link.wireId = wireId
      }
      done(null, subscription)
    },

    authorizeForward(client, packet) {
      const identity = sessions.get(client)?.sender.identity
      if (identity === undefined || !mayRead(identity, packet.topic, base)) return null
      const outdated = identity.kind !== 'integration' && ports.outdated(packet.topic, packet.payload as Buffer)
      return outdated || copies.isCopy(client, packet) ? null : packet
    },
  })
  const clients = (): Record<string, Client | undefined> =>
    (aedes as unknown as { clients: Record<string, Client | undefined> }).clients

  function createSender(client: Client, identity: Identity): Sender {
    const sender: Sender = {
      identity,
      address: addressOf(client),
      gone: false,
      failed: false,
      close: () => client.close(),
    }
    client.conn.once('close', () => {
      sender.gone = true
      links.release(sender, closing ? 'gateway closing' : 'connection closed')
    })
    return sender
  }

  // Not before: a command sent while aedes still empties the stored queue would arrive twice.
  aedes.on('clientReady', client => {
    const session = sessions.get(client)
    if (session?.sender.identity.kind !== 'pile') return
    const link = links.attach(session.sender, session.sender.identity.chargePointId)
    link.wireId = session.wireId ?? link.wireId
  })
  aedes.on('clientError', (client, error) => log.debug({ client: client.id, err: error }, 'mqtt client error'))
  aedes.on('connectionError', (client, error) =>
    log.debug({ address: addressOf(client), err: error }, 'mqtt connection error'),
  )
  ;(aedes as NodeJS.EventEmitter).on('error', error => log.error({ err: error }, 'mqtt broker error'))

  const limit = ports.maxPayloadBytes * OVERSIZE_FACTOR
  const server = createServer(socket => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.once('close', () => sockets.delete(socket))
    const client = aedes.handle(socket)
    copies.watch(client)
    socket.on('readable', () => {
      if (buffered(client) <= limit) return
      const identity = sessions.get(client)?.sender.identity
      const name = identity?.kind === 'pile' ? identity.chargePointId : (identity?.kind ?? '')
      trouble.dropped(name, addressOf(client), 'too-large', { topic: '', detail: `over ${limit} bytes, cut off` })
      socket.destroy()
    })
  })

  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen({ host: ports.host, port: ports.port, backlog: BACKLOG }, () => {
          server.off('error', reject)
          server.on('error', error => log.error({ err: error }, 'mqtt listener error'))
          resolve()
        })
      })
      const { address, port, family } = server.address() as { address: string; port: number; family: string }
      const anywhere = address === '0.0.0.0' || address === '::'
      const host = anywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
      return { url: `mqtt://${host}:${port}`, port }
    },

    publish: (topic, payload, { qos, retain }) =>
      new Promise((resolve, reject) => {
        aedes.publish({ cmd: 'publish', topic, payload, qos, retain, dup: false }, error =>
          error ? reject(error) : resolve(),
        )
      }),

    connections: () => aedes.connectedClients,

    async close() {
      closing = true
      const closed = new Promise<void>(resolve => (server.listening ? server.close(() => resolve()) : resolve()))
      await new Promise<void>(resolve => aedes.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
