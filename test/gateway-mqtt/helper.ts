import { connect as connectSocket } from 'node:net'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import type { Test } from 'tap'
import { createMqttGateway, type MqttGateway } from '../../gateway/mqtt/gateway.ts'
import { type MqttOptions, silentLog } from '../../gateway/mqtt/ports.ts'
import type { Admission, Central, Envelope, Knock } from '../../protocol/charger/link.ts'
import type { Replies, Report, ReportType } from '../../protocol/charger/report.ts'
import { manualClock } from '../../protocol/clock.ts'
import { foldCase } from '../../protocol/ids.ts'

export const NOW = Date.parse('2026-11-22T08:00:00.000Z')

/** What central answers where a test says nothing. */
const replies: Replies = {
  'link-up': {},
  'link-down': {},
  booted: { status: 'accepted', now: NOW, intervalSeconds: 60 },
  alive: { now: NOW },
  'connector-status': {},
  'authorization-asked': { verdict: { status: 'accepted' } },
  'session-started': { transactionId: 7, verdict: { status: 'accepted' } },
  'meter-sampled': {},
  'session-ended': { transactionId: 7 },
  'reservation-status': {},
  'firmware-status': {},
  'diagnostics-status': {},
  'security-event': {},
  'data-transfer': { status: 'accepted' },
  'late-answer': {},
  capabilities: {},
}

export interface Desk extends Central {
  envelopes: Envelope[]
  refusals: { identity: string; reason: string }[]
  knocks: Knock[]
  /** Resolves with the n-th (from 1) report of a type, now or when it comes. */
  seen<T extends ReportType>(type: T, count?: number): Promise<Extract<Report, { type: T }>>
  refusal(reason: string): Promise<{ identity: string; reason: string }>
  /** Called for each report before it is answered; a promise delays the answer, a rejection refuses to keep it. */
  before: (envelope: Envelope) => Promise<void> | void
  answers: Partial<Replies>
}

/** A central at the other end of the port: knows piles by password, keeps every report in order. */
export function createDesk(piles: Record<string, string | null>): Desk {
  const waiting = new Set<() => void>()
  const changed = (): void => {
    for (const check of waiting) check()
  }
  const until = <T>(look: () => T | undefined): Promise<T> =>
    new Promise(resolve => {
      const check = (): void => {
        const found = look()
        if (found === undefined) return
        waiting.delete(check)
        resolve(found)
      }
      waiting.add(check)
      check()
    })
  const known = new Map(Object.entries(piles).map(([id, password]) => [foldCase(id), { id, password }]))

  const desk: Desk = {
    envelopes: [],
    refusals: [],
    knocks: [],
    answers: {},
    before: () => {},
    async admit(knock): Promise<Admission> {
      desk.knocks.push(knock)
      const pile = known.get(foldCase(knock.identity))
      if (pile === undefined) return { admitted: false, reason: 'unknown', detail: '' }
      if (pile.password !== null) {
        if (knock.password === undefined) return { admitted: false, reason: 'no-credentials', detail: '' }
        const same = Buffer.from(knock.password).toString() === pile.password
        if (!same) return { admitted: false, reason: 'bad-credentials', detail: '' }
      }
      return {
        admitted: true,
        profile: {
          chargePointId: pile.id,
          validation: 'tolerant',
          assumeOcpp16: false,
          quirkProfile: null,
          pingSeconds: 0,
        },
      }
    },
    refused(identity, _address, reason) {
      desk.refusals.push({ identity, reason })
      changed()
    },
    async report(envelope) {
      await desk.before(envelope)
      desk.envelopes.push(envelope)
      changed()
      return (desk.answers[envelope.report.type] ?? replies[envelope.report.type]) as never
    },
    record: () => {},
    seen: (type, count = 1) =>
      until(() => desk.envelopes.map(one => one.report).filter(report => report.type === type)[count - 1] as never),
    refusal: reason => until(() => desk.refusals.find(one => one.reason === reason)),
  }
  return desk
}

export interface Site {
  gateway: MqttGateway
  desk: Desk
  url: string
  port: number
  connect(options?: IClientOptions): Promise<MqttClient>
}

/** A gateway on a free port with two piles (`p1`, `p2`, passwords `s1`, `s2`) and two integrations; it ends with the test. */
export async function build(t: Test, options: Partial<MqttOptions> = {}, desk?: Desk): Promise<Site> {
  const central = desk ?? createDesk({ p1: 's1', p2: 's2', open: null })
  const gateway = createMqttGateway({
    central,
    clock: manualClock(NOW),
    log: silentLog,
    options: {
      port: 0,
      integrations: [
        { username: 'dashboard', password: 'read', mayCommand: false },
        { username: 'building', password: 'write', mayCommand: true },
      ],
      ...options,
    },
  })
  const { url, port } = await gateway.listen()
  const clients: MqttClient[] = []
  t.teardown(async () => {
    await Promise.all(clients.map(client => client.endAsync(true)))
    await gateway.close()
  })
  return {
    gateway,
    desk: central,
    url,
    port,
    async connect(more) {
      const client = mqtt.connect(url, { reconnectPeriod: 0, ...more, manualConnect: true })
      clients.push(client)
      client.on('error', () => {})
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve())
        client.once('error', reject)
        client.once('close', () => reject(new Error('closed')))
        client.connect()
      })
      return client
    },
  }
}

export const asPile = (id: string, more: IClientOptions = {}): IClientOptions => ({
  username: id,
  password: `s${id.slice(1)}`,
  ...more,
})
export const dashboard: IClientOptions = { username: 'dashboard', password: 'read' }
export const building: IClientOptions = { username: 'building', password: 'write' }

export interface Heard {
  /** null where the message is empty. */
  payload: Record<string, unknown> | null
  retain: boolean
  qos: number
}

/** The next message on a topic. */
export function next(client: MqttClient, topic: string): Promise<Heard> {
  return new Promise(resolve => {
    const listen = (at: string, payload: Buffer, packet: { retain: boolean; qos: number }): void => {
      if (at !== topic) return
      client.off('message', listen)
      const text = payload.toString()
      resolve({ payload: text === '' ? null : JSON.parse(text), retain: packet.retain, qos: packet.qos })
    }
    client.on('message', listen)
  })
}

export const closed = (client: MqttClient): Promise<void> =>
  new Promise(resolve => (client.connected ? client.once('close', () => resolve()) : resolve()))

/** Writes bytes to the port and resolves with what comes back until the other end closes. */
export async function raw(port: number, bytes: Uint8Array): Promise<Buffer> {
  const socket = connectSocket(port, '127.0.0.1')
  socket.write(bytes)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
