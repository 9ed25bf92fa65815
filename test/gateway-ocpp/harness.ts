import { EventEmitter, once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import { createOcppGateway, type OcppGateway } from '../../gateway/ocpp/gateway.ts'
import type { Log, OcppOptions } from '../../gateway/ocpp/options.ts'
import type {
  Admission,
  Central,
  ChargePointProfile,
  Envelope,
  FrameRecord,
  Knock,
} from '../../protocol/charger/link.ts'
import type { Replies, Report, ReportType } from '../../protocol/charger/report.ts'
import { manualClock } from '../../protocol/clock.ts'

export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0)

type Answers = { [T in ReportType]?: (report: Extract<Report, { type: T }>) => Replies[T] | Promise<Replies[T]> }

/** The port central fills, recording: what it was told, and scripted answers. */
export class RecordingCentral implements Central {
  readonly reports: Envelope[] = []
  readonly frames: FrameRecord[] = []
  readonly refusals: { identity: string; address: string; reason: string }[] = []
  readonly knocks: Knock[] = []
  readonly events = new EventEmitter()
  answers: Answers = {}
  admission: (knock: Knock) => Admission | Promise<Admission>

  constructor(profile: Partial<ChargePointProfile> = {}) {
    this.admission = knock => ({ admitted: true, profile: profileOf(knock.identity, profile) })
    this.events.setMaxListeners(0)
  }

  async admit(knock: Knock): Promise<Admission> {
    this.knocks.push(knock)
    this.events.emit('change')
    return this.admission(knock)
  }

  refused(identity: string, address: string, reason: string): void {
    this.refusals.push({ identity, address, reason })
    this.events.emit('change')
  }

  async report<R extends Report>(envelope: Envelope<R>): Promise<Replies[R['type']]> {
    this.reports.push(envelope)
    this.events.emit('change')
    const answer = this.answers[envelope.report.type] as ((report: Report) => unknown) | undefined
    return (answer ? await answer(envelope.report) : DEFAULTS[envelope.report.type]) as Replies[R['type']]
  }

  record(frame: FrameRecord): void {
    this.frames.push(frame)
    this.events.emit('change')
  }

  ofType<T extends ReportType>(type: T): Extract<Report, { type: T }>[] {
    return this.reports.map(e => e.report).filter((r): r is Extract<Report, { type: T }> => r.type === type)
  }

  /** Resolves as soon as the condition holds, looked at whenever something is recorded. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.events, 'change')
  }
}

const ACCEPTED = { status: 'accepted' } as const
const DEFAULTS: Replies = {
  'link-up': {},
  'link-down': {},
  booted: { status: 'accepted', now: NOW, intervalSeconds: 300 },
  alive: { now: NOW },
  'connector-status': {},
  'authorization-asked': { verdict: ACCEPTED },
  'session-started': { transactionId: 7, verdict: ACCEPTED },
  'meter-sampled': {},
  'session-ended': { verdict: ACCEPTED },
  'reservation-status': {},
  'firmware-status': {},
  'diagnostics-status': {},
  'security-event': {},
  'data-transfer': { status: 'unknown-vendor' },
  'late-answer': {},
  capabilities: {},
}

export const profileOf = (chargePointId: string, given: Partial<ChargePointProfile> = {}): ChargePointProfile => ({
  chargePointId,
  validation: 'tolerant',
  assumeOcpp16: false,
  quirkProfile: null,
  pingSeconds: 0,
  ...given,
})

const silent = (): void => {}
export const quietLog: Log = { debug: silent, info: silent, warn: silent, error: silent }

export interface Setup {
  central: RecordingCentral
  gateway: OcppGateway
  url: string
  port: number
  open(identity: string, options?: ClientOptions): Promise<Client>
}

/** A gateway on a free port of the loopback address; it and its clients are gone when the test ends. */
export async function setUp(
  t: Test,
  { options, profile }: { options?: Partial<OcppOptions>; profile?: Partial<ChargePointProfile> } = {},
): Promise<Setup> {
  const central = new RecordingCentral(profile)
  const gateway = await createOcppGateway({
    central,
    clock: manualClock(NOW),
    log: quietLog,
    options: { host: '127.0.0.1', port: 0, settleDelayMs: 0, bootGraceMs: 0, ...options },
  })
  const { url, port } = await gateway.listen()
  t.teardown(() => gateway.close())
  return { central, gateway, url, port, open: (identity, client) => Client.open(`${url}/${identity}`, client) }
}

export interface ClientOptions {
  protocols?: string[]
  headers?: Record<string, string>
}

/** A charge point that is nothing but a WebSocket: it sends what the test says. */
export class Client {
  readonly ws: WebSocket
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #messages: string[] = []
  readonly #arrived = new EventEmitter()

  private constructor(ws: WebSocket) {
    this.ws = ws
    this.closed = new Promise(resolve => {
      ws.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() })
        this.#arrived.emit('message')
      })
    })
    ws.on('error', silent)
    ws.on('message', data => {
      this.#messages.push(data.toString())
      this.#arrived.emit('message')
    })
  }

  static async open(url: string, { protocols = ['ocpp1.6'], headers = {} }: ClientOptions = {}): Promise<Client> {
    const ws = new WebSocket(url, protocols, { headers, perMessageDeflate: false })
    const client = new Client(ws)
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve)
      ws.once('error', reject)
    })
    return client
  }

  /** The next message; rejects when the connection ends before it. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  async next(): Promise<any> {
    while (this.#messages.length === 0) {
      if (this.ws.readyState === WebSocket.CLOSED) throw new Error('the connection ended without another message')
      await once(this.#arrived, 'message')
    }
    return JSON.parse(this.#messages.shift()!)
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
  }

  /** Sends a CALL and waits for the next message. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  async call(action: string, payload: unknown, id = 'c1'): Promise<any> {
    this.send([2, id, action, payload])
    return this.next()
  }

  boot(): Promise<unknown> {
    return this.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' }, 'boot')
  }
}

/** Sends bytes as they are and resolves to the status line and everything after it when the server closes. */
export async function rawRequest(port: number, text: string): Promise<{ status: number; text: string }> {
  const socket = connectTcp(port, '127.0.0.1')
  socket.on('error', silent)
  socket.write(text)
  let answer = ''
  for await (const chunk of socket) {
    answer += chunk
    if (answer.startsWith('HTTP/1.1 101')) break
  }
  socket.destroy()
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? 0), text: answer }
}

export const upgradeText = (path: string, headers: Record<string, string> = {}): string => {
  const lines = Object.entries({
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'ocpp1.6',
    ...headers,
  }).filter(([, value]) => value !== '')
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
