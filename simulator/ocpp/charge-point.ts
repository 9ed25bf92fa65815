import { createRPCError } from 'ocpp-rpc'
import { type ActionFromChargePoint, actions, isActionToChargePoint } from '../../protocol/ocpp16/actions.ts'
import { createOutbox } from '../outbox.ts'
import { createPileBehaviour, type PileBehaviour } from '../pile-behaviour.ts'
import type { PileOptions, SimulatedPile } from '../pile-types.ts'
import type { Quirk } from '../quirks.ts'
import { withinMs } from '../time.ts'
import { CONNECTOR, commandHandlers, type Handlers } from './commands.ts'
import { createConfiguration } from './configuration.ts'
import { createOcppDialect } from './dialect.ts'
import { createLink, isCallError } from './link.ts'
import { createRegistration } from './registration.ts'

export interface ChargePointOptions extends PileOptions {
  /** `ws://host:9000/ocpp` */
  endpoint: string
  password?: string
  /** Real ms before an unanswered call is given up (and retried, where it matters). */
  callTimeoutMs?: number
  quirks?: readonly Quirk[]
}

const CALL_TIMEOUT_MS = 30_000
const REBOOT_SECONDS = 20

/** An OCPP 1.6 charge point with one connector. Sessions and unanswered transaction messages survive a lost link. */
export function createChargePoint(options: ChargePointOptions): SimulatedPile {
  const { pileId, time, emit, quirks = [] } = options
  const problem = (text: string): void => emit({ at: time.now(), type: 'problem', pileId, text })

  const link = createLink({
    endpoint: options.endpoint,
    identity: pileId,
    ...(options.password !== undefined && { password: options.password }),
    callTimeoutMs: options.callTimeoutMs ?? CALL_TIMEOUT_MS,
    time,
    onUp: () => registration.linkUp(),
    onDown() {
      registration.linkDown()
      outbox.pause()
      emit({ at: time.now(), type: 'link-lost', pileId, text: `${pileId} lost its link` })
    },
    onRefused: reason => problem(`${pileId} cannot connect: ${reason}`),
  })

  const call = (action: ActionFromChargePoint, payload: object): Promise<Record<string, unknown>> => {
    const words = quirks.reduce((before, quirk) => quirk.outgoing?.(action, before) ?? before, payload)
    return link.call(action, words)
  }

  const configuration = createConfiguration(
    Object.assign({ MeterValueSampleInterval: String(options.sampleIntervalSeconds) }, ...quirks.map(configured)),
    (key, now) => {
      if (key === 'MeterValueSampleInterval' && now.number(key) > 0) pile.setSampleInterval(now.number(key))
      if (key === 'ConnectionTimeOut') pile.setConnectionTimeout(now.number(key))
      if (key === 'HeartbeatInterval') registration.heartbeatLater()
    },
  )

  const outbox = createOutbox({
    call: (action, payload) => call(action as ActionFromChargePoint, payload),
    time,
    retrySeconds: () => configuration.number('TransactionMessageRetryInterval'),
    attempts: () => configuration.number('TransactionMessageAttempts'),
    isRefusal: isCallError,
  })

  const dialect = createOcppDialect({
    outbox,
    configuration,
    deauthorize: session => pile.stop(running => running === session, 'DeAuthorized'),
    lost: (action, error) => problem(`${pileId} gave up a ${action}: ${String(error)}`),
  })
  const pile: PileBehaviour = createPileBehaviour({ ...options, dialect })

  function sayStation(): void {
    const status = pile.isInService() ? 'Available' : 'Unavailable'
    dialect.sayStatus(0, { at: time.now(), status, errorCode: 'NoError' })
  }
  const sayConnector = (): void => dialect.sayStatus(CONNECTOR, pile.report())

  const registration = createRegistration({
    time,
    callBoot: () =>
      call('BootNotification', {
        chargePointVendor: 'Simulated',
        chargePointModel: `AC-${options.powerW}`,
        chargePointSerialNumber: `SIM-${pileId}`.slice(0, 25),
        firmwareVersion: '1.0.0',
        meterType: 'integrating',
      }),
    heartbeat: dialect.heartbeat,
    heartbeatSeconds: () => configuration.number('HeartbeatInterval'),
    onAccepted(intervalSeconds) {
      if (intervalSeconds > 0) configuration.change('HeartbeatInterval', String(intervalSeconds))
    },
    onReady() {
      outbox.resume()
      sayStation()
      sayConnector()
      emit({ at: time.now(), type: 'joined', pileId, text: `${pileId} is connected` })
    },
  })

  serve(
    link,
    quirks,
    commandHandlers({
      pile,
      configuration,
      clearCache: dialect.clearCache,
      later: setImmediate,
      reboot(hard) {
        pile.stop(() => true, hard ? 'HardReset' : 'SoftReset')
        registration.forget()
        link.drop(REBOOT_SECONDS * 1000)
      },
      say: {
        boot: registration.boot,
        heartbeat: dialect.heartbeat,
        status: connectorId => (connectorId === 0 ? sayStation() : sayConnector()),
      },
    }),
  )

  return {
    id: pileId,
    mode: options.mode,
    powerW: options.powerW,
    protocol: 'ocpp',
    sessions: pile.sessions,
    snapshot: () => pile.snapshot(link.isUp()),
    open: link.open,
    async close(graceMs = 0) {
      if (link.isUp()) await withinMs(graceMs, outbox.whenEmpty())
      await link.close()
    },
    pending: outbox.pending,
    plug: pile.plug,
    unplug: pile.unplug,
    presentCard: pile.presentCard,
    fault: pile.fault,
    recover: pile.recover,
    dropLink: link.drop,
  }
}

const configured = ({ configuration = {} }: Quirk): Readonly<Record<string, string>> => configuration

/** Answers calls by the table of handlers; a payload that the schema forbids is answered with FormationViolation. */
function serve(link: ReturnType<typeof createLink>, quirks: readonly Quirk[], handlers: Handlers): void {
  for (const [action, handler] of Object.entries(handlers)) {
    if (!isActionToChargePoint(action) || quirks.some(({ without }) => without?.includes(action))) continue
    const always = quirks.find(({ answers }) => answers?.[action] !== undefined)?.answers?.[action]
    const { request } = actions[action]
    link.handle(action, payload => {
      const parsed = request.safeParse(payload ?? {})
      if (!parsed.success) throw createRPCError('FormationViolation', parsed.error.issues[0]?.message ?? '', {})
      return always ?? (handler as (words: unknown) => unknown)(parsed.data)
    })
  }
}
