import mqtt from 'mqtt'
import { type PayloadOf, TOPICS, type UpName } from '../../protocol/mqtt/topics.ts'
import { MILLI_WH_PER_WH, rfc3339 } from '../../protocol/units.ts'
import { createOutbox, type Outgoing } from '../outbox.ts'
import { createPileBehaviour } from '../pile-behaviour.ts'
import type { PileOptions, SimulatedPile, StatusReport } from '../pile-types.ts'
import { withinMs } from '../time.ts'

export interface MqttPileOptions extends PileOptions {
  /** `mqtt://host:1883` */
  url: string
  password?: string
  base?: string
}

const RECONNECT_REAL_MS = 500
const DROP_MIN_REAL_MS = 100
const REBOOT_SECONDS = 20

type Command = PayloadOf<'command'>

/** A small pile that speaks MQTT (mqtt.md). QoS 1 messages that matter go one by one and survive a lost link. */
export function createMqttPile(options: MqttPileOptions): SimulatedPile {
  const { pileId, time, emit, base } = options
  let client: mqtt.MqttClient | null = null
  let refused = false

  const topic = (name: UpName | 'command' | 'sessionAnswer'): string => TOPICS[name].build({ id: pileId }, base)

  async function publish<N extends UpName>(name: N, payload: object): Promise<Record<string, unknown>> {
    const { qos, retained } = TOPICS[name]
    await client!.publishAsync(topic(name), JSON.stringify(payload), { qos, retain: retained })
    return {}
  }

  const outbox = createOutbox({
    call: (name, payload) => publish(name as UpName, payload),
    time,
    retrySeconds: () => 60,
    attempts: () => Number.POSITIVE_INFINITY,
    isRefusal: () => false,
  })
  const saying = <N extends UpName>(
    name: N,
    at: number,
    payload: Omit<PayloadOf<N>, 'ts'>,
    durable: boolean,
  ): Outgoing => ({ action: name, payload: () => ({ ts: rfc3339(at), ...payload }), durable })
  const say = <N extends UpName>(name: N, at: number, payload: Omit<PayloadOf<N>, 'ts'>, durable: boolean): void =>
    outbox.push(saying(name, at, payload, durable))

  const statusPayload = ({ status, errorCode, vendorErrorCode, info }: StatusReport) => ({
    status,
    error_code: errorCode,
    ...(vendorErrorCode && { vendor_error_code: vendorErrorCode }),
    ...(info && { info }),
  })

  const pile = createPileBehaviour({
    ...options,
    dialect: {
      status: report => say('status', report.at, statusPayload(report), false),
      plug: (plugged, { idTag }) => say('plug', time.now(), { plugged, ...(idTag && { id_tag: idTag }) }, false),
      // There is no such question in this dialect: the answer to `started` says whether the tag may charge.
      authorize: async () => 'accepted',
      started: session =>
        say(
          'session',
          session.startedAt,
          {
            event: 'started',
            session_key: session.key,
            meter_wh: session.startMilliWh / MILLI_WH_PER_WH,
            id_tag: session.idTag,
          },
          true,
        ),
      sampled: (session, sample) =>
        say(
          'meter',
          sample.at,
          {
            session_key: session.key,
            energy_wh: sample.registerMilliWh / MILLI_WH_PER_WH,
            power_w: sample.powerW,
            voltage_v: sample.voltageV,
            current_a: sample.currentA,
            soc_pct: sample.socPercent,
          },
          true,
        ),
      ended: (session, last) =>
        say(
          'session',
          last.at,
          {
            event: 'ended',
            session_key: session.key,
            meter_wh: last.registerMilliWh / MILLI_WH_PER_WH,
            id_tag: session.idTag,
            reason: session.reason,
          },
          true,
        ),
    },
  })

  function execute(command: Command): boolean {
    switch (command.verb) {
      case 'start': {
        const { id_tag: idTag, energy_wh: energyWh } = command.args
        return pile.remoteStart({ idTag, ...(energyWh !== undefined && { energyWh }) })
      }
      case 'stop': {
        const { session_key: key, session_id: id } = command.args
        return pile.stop(session => session.key === key || session.remoteId === id, 'Remote')
      }
      case 'limit':
        pile.setLimit(command.args.power_w)
        return true
      case 'availability':
        pile.setAvailability(command.args.available)
        return true
      case 'reset':
        pile.stop(() => true, command.args.hard ? 'HardReset' : 'SoftReset')
        setImmediate(dropLink, REBOOT_SECONDS * 1000)
        return true
      case 'unlock':
        pile.stop(() => true, 'UnlockCommand')
        return true
      default:
        return command satisfies never
    }
  }

  function onCommand(text: string): void {
    const parsed = TOPICS.command.payload.safeParse(parseJson(text))
    if (!parsed.success) return
    const status = execute(parsed.data) ? 'accepted' : 'rejected'
    // A session that began or ended by this command is told after the result, as OCPP does.
    say('result', time.now(), { id: parsed.data.id, status }, true)
  }

  function onSessionAnswer(text: string): void {
    const parsed = TOPICS.sessionAnswer.payload.safeParse(parseJson(text))
    if (!parsed.success) return
    const { session_key: key, session_id: id, accepted } = parsed.data
    const session = pile.sessions.find(each => each.key === key)
    if (session && id !== null) session.remoteId = id
    if (!accepted) pile.stop(running => running.key === key, 'DeAuthorized')
  }

  async function onConnect(): Promise<void> {
    const here = client
    if (!here) return
    here.options.reconnectPeriod = RECONNECT_REAL_MS
    refused = false
    await here.subscribeAsync([topic('command'), topic('sessionAnswer')], { qos: 1 })
    const { mode, powerW } = options
    const who = { vendor: 'Simulated', model: `M-${powerW}`, firmware: '1.0.0', mode, power_w: powerW }
    const now = pile.report()
    outbox.resume([saying('hello', now.at, who, false)])
    // After what happened meanwhile, as it came.
    say('status', now.at, statusPayload(now), false)
    emit({ at: time.now(), type: 'joined', pileId, text: `${pileId} is connected (MQTT)` })
  }

  function dropLink(ms: number): void {
    if (!client?.connected) return
    client.options.reconnectPeriod = Math.max(DROP_MIN_REAL_MS, ms / time.speed)
    client.stream.destroy()
  }

  function open(): void {
    client = mqtt.connect(options.url, {
      clientId: pileId,
      username: pileId,
      ...(options.password !== undefined && { password: options.password }),
      clean: true,
      resubscribe: false,
      reconnectPeriod: RECONNECT_REAL_MS,
      will: {
        topic: topic('status'),
        payload: Buffer.from(JSON.stringify({ status: 'offline' })),
        qos: 1,
        retain: true,
      },
    })
    client.on('connect', () => {
      onConnect().catch(() => client?.stream.destroy())
    })
    client.on('message', (name, bytes, packet) => {
      if (packet.retain) return
      if (name === topic('command')) onCommand(bytes.toString())
      else if (name === topic('sessionAnswer')) onSessionAnswer(bytes.toString())
    })
    client.on('error', error => {
      if (refused) return
      refused = true
      emit({ at: time.now(), type: 'problem', pileId, text: `${pileId} cannot connect: ${error.message}` })
    })
    let wasUp = false
    client.on('connect', () => {
      wasUp = true
    })
    client.on('close', () => {
      if (wasUp) emit({ at: time.now(), type: 'link-lost', pileId, text: `${pileId} lost its link` })
      wasUp = false
      outbox.pause()
    })
  }

  return {
    id: pileId,
    mode: options.mode,
    powerW: options.powerW,
    protocol: 'mqtt',
    sessions: pile.sessions,
    snapshot: () => pile.snapshot(client?.connected ?? false),
    open,
    async close(graceMs = 0) {
      if (!client) return
      if (client.connected) await withinMs(graceMs, outbox.whenEmpty())
      if (client.connected) await publish('status', { ts: rfc3339(time.now()), status: 'offline' }).catch(() => {})
      client.removeAllListeners('close')
      await client.endAsync(true)
    },
    pending: outbox.pending,
    plug: pile.plug,
    unplug: pile.unplug,
    presentCard: pile.presentCard,
    fault: pile.fault,
    recover: pile.recover,
    dropLink,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
