import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { Outcome } from '../../protocol/charger/command.ts'
import type { Central, ChargePointProfile } from '../../protocol/charger/link.ts'
import type { ReplyTo, Report } from '../../protocol/charger/report.ts'
import type { Clock } from '../../protocol/clock.ts'
import { type Calls, createCalls } from './calls.ts'
import { createCapabilities } from './capabilities.ts'
import { createGate } from './gate.ts'
import { createInbox } from './inbox.ts'
import type { Log, OcppOptions } from './options.ts'
import { startPings } from './pings.ts'
import { storable } from './quirks/text.ts'
import { createReading } from './reading.ts'
import type { Recorder } from './recorder.ts'
import { createRegistration } from './registration.ts'
import { route } from './router.ts'
import { ChargerSocket } from './rpc/charger-socket.ts'
import type { BadFrame, CallFrame, ErrorFrame, ResultFrame } from './rpc/frame.ts'
import { createServe } from './serve.ts'

export interface LinkPorts {
  ws: WebSocket
  profile: ChargePointProfile
  address: string
  central: Central
  clock: Clock
  log: Log
  options: OcppOptions
  recorder: Recorder
  /** The connection before this one has nothing more to report. */
  previous: Promise<void>
  onClosed(link: Link): void
}

export interface Link {
  readonly linkId: string
  readonly isOpen: boolean
  send(action: string, payload: unknown, options: { commandId: string; timeoutMs: number }): Promise<Outcome>
  /** Ends open calls as unknown and closes; resolves when the socket is closed. */
  close(code: number, reason: string): Promise<void>
  /** As `close`, and what waits unread is left to the new connection, where the charger sends it again. */
  replace(): Promise<void>
  /** Resolves when everything that arrived has been reported, the end of the link included. */
  idle(): Promise<void>
}

/** One charge point's connection: order, answers, our calls, bounds; told to central as link-up and link-down. */
export function openLink(ports: LinkPorts): Link {
  const { ws, profile, address, central, clock, log, options, recorder } = ports
  const { chargePointId } = profile
  const linkId = randomUUID()
  const about = { chargePointId, linkId }
  const registration = createRegistration(profile.registration)
  let announced = false
  let ended = false

  const socket: ChargerSocket = new ChargerSocket(
    ws,
    chargePointId,
    { onAlive: () => pings.alive(), onCall, onAnswer, onStrayAnswer, onBad, onClose, onFault },
    { maxPayload: options.maxPayloadBytes },
  )
  const inbox = createInbox(options.inboundQueue, isFull => reading.full(isFull))
  const reading = createReading(
    {
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      waiting: () => inbox.waiting,
      close: (code, reason) => void close(code, reason),
    },
    options,
  )
  const calls: Calls = createCalls(
    {
      isOpen: () => !ended && socket.isOpen,
      send(action, payload, timeoutMs) {
        registration.asked(action, payload)
        return socket.request(action, payload, timeoutMs)
      },
      onSent: (call, text) => recorder.frame('out', 'call', text, { id: call.messageId, action: call.action }),
    },
    { ...options, quietMs: Math.max(options.settleDelayMs, options.bootGraceMs) },
  )
  const pings = startPings((options.pingSeconds === 0 ? 0 : profile.pingSeconds) * 1000, {
    isPaused: () => reading.isPaused,
    ping: () => socket.ping(),
    dead() {
      log.info(about, 'two pings without an answer, link cut')
      socket.cut()
    },
  })
  inbox.push(async () => {
    await ports.previous
    await announce()
  })

  const report = <R extends Report>(content: R, receivedAt = clock.now()): Promise<ReplyTo<R>> =>
    central.report({ chargePointId, receivedAt, report: content })

  const capabilities = createCapabilities({ send: calls.send, report: said => inbox.push(() => attempt(said)) })
  const gate = createGate(
    { set: calls.setGate, onOpen: () => void capabilities.ask(), registration },
    options,
    profile.registration,
  )
  const serve = createServe({
    report,
    write: text => socket.answer(text),
    registration,
    onBooted(reply) {
      registration.answered(reply.status)
      if (reply.askCapabilities) capabilities.unknown()
    },
    recorder,
    log,
    about,
  })

  /** Tries again with the next message, because a link that could not be recorded need not be cut. */
  async function announce(): Promise<void> {
    if (announced) return
    try {
      await report({ type: 'link-up', protocol: 'ocpp1.6', linkId, address })
      announced = true
    } catch (error) {
      log.warn({ ...about, err: error }, 'link-up could not be recorded')
    }
  }

  function onCall(frame: CallFrame, text: string): void {
    reading.message()
    reading.good()
    const arrival = { arrivedAt: performance.now(), receivedAt: clock.now() }
    const routed = route(frame, profile.validation)
    recorder.frame('in', 'call', text, { id: frame.id, action: frame.action, notes: routed.notes })
    const isBoot = frame.action === 'BootNotification' && routed.kind === 'report'
    if (isBoot) gate.booting()
    inbox.push(async () => {
      await announce()
      const answered = await serve.call(frame, routed, arrival)
      if (isBoot && !ended) gate.booted(answered)
    })
  }

  function onAnswer(frame: ResultFrame | ErrorFrame, text: string): void {
    reading.good()
    const call = calls.current
    const latencyMs = call ? performance.now() - call.sentAt : 0
    recorder.frame('in', frame.kind, text, {
      id: frame.id,
      action: call?.action ?? null,
      latencyMs,
      notes: frame.notes,
    })
  }

  function onStrayAnswer(frame: ResultFrame | ErrorFrame, text: string): void {
    reading.message()
    const call = calls.late(frame.id)
    const notes = [...frame.notes, call ? 'late-answer' : 'unsolicited-answer']
    recorder.frame('in', frame.kind, text, { id: frame.id, action: call?.action ?? null, notes })
    if (!call) {
      countBad('an answer to no open call')
      return
    }
    const content =
      frame.kind === 'result'
        ? { result: frame.payload }
        : { error: { code: frame.code, description: frame.description } }
    inbox.push(() =>
      attempt({ type: 'late-answer', commandId: call.commandId, ...(storable(content) as typeof content) }),
    )
  }

  function onBad(frame: BadFrame, text: string, answers: boolean): void {
    reading.message()
    const action = answers ? (calls.current?.action ?? null) : null
    recorder.frame('in', 'invalid', text, { id: frame.id, action, notes: [`bad-frame:${frame.problem}`] })
    const { id } = frame
    if (frame.type === 2 && id !== null) {
      const arrivedAt = performance.now()
      inbox.push(async () => {
        serve.malformed(id, frame.problem, arrivedAt)
      })
    }
    countBad(frame.problem)
  }

  function countBad(problem: string): void {
    log.info({ ...about, problem }, 'bad message')
    reading.bad()
  }

  function onFault(error: unknown): void {
    log.error({ ...about, err: error }, 'a message could not be handled')
  }

  function onClose(code: number, reason: string): void {
    finish(reason === '' ? `closed (${code})` : `closed (${code}): ${reason}`)
  }

  /** The end is reported once, after everything that came before it. */
  function finish(reason: string): void {
    if (ended) return
    ended = true
    gate.stop()
    reading.stop()
    pings.stop()
    calls.end()
    inbox.push(() => attempt({ type: 'link-down', linkId, reason: storable(reason) as string }))
    ports.onClosed(link)
  }

  async function attempt(content: Report): Promise<void> {
    try {
      await report(content)
    } catch (error) {
      log.warn({ ...about, report: content.type, err: error }, 'report could not be recorded')
    }
  }

  function close(code: number, reason: string): Promise<void> {
    log.info({ ...about, code, reason }, 'link closed by us')
    const closed = socket.end(code, reason)
    finish(reason)
    return closed
  }

  const link: Link = {
    linkId,
    get isOpen() {
      return !ended && socket.isOpen
    },
    async send(action, payload, sending) {
      const outcome = await calls.send(action, payload, sending)
      capabilities.heard(action, outcome)
      return outcome
    },
    close,
    replace() {
      inbox.abandon()
      return close(1000, 'replaced by a new connection')
    },
    idle: () => inbox.idle(),
  }
  return link
}
