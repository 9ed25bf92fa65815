import { createRPCError } from 'ocpp-rpc'
import { type ActionFromChargePoint, actions, isActionToChargePoint } from '../../protocol/ocpp16/actions.ts'
import { MILLI_WH_PER_WH, rfc3339 } from '../../protocol/units.ts'
import { createOutbox } from '../outbox.ts'
import { createPileBehaviour } from '../pile-behaviour.ts'
import type { PileOptions, PileSession, SimulatedPile, StatusReport, TagVerdict } from '../pile-types.ts'
import type { Quirk } from '../quirks.ts'
import { CONNECTOR, type CommandContext, commandHandlers, type Handler } from './commands.ts'
import { createConfiguration } from './configuration.ts'
import { createLink, isCallError } from './link.ts'
import { meterValue } from './meter-values.ts'

export interface ChargePointOptions extends PileOptions {
  /** `ws://host:9000/ocpp` */
  endpoint: string
  password?: string
  /** Real ms before an unanswered call is given up (and retried, where it matters). */
  callTimeoutMs?: number
  quirks?: readonly Quirk[]
}

const BOOT_RETRY_MIN_REAL_MS = 250
const HEARTBEAT_MIN_REAL_MS = 1000
const REBOOT_SECONDS = 20

/** An OCPP 1.6 charge point with one connector. Sessions and unanswered transaction messages survive a lost link. */
export function createChargePoint(options: ChargePointOptions): SimulatedPile {
  const { pileId, time, emit } = options
  const verdicts = new Map<string, TagVerdict>()
  let booted = false
  let generation = 0

  const link = createLink({
    endpoint: options.endpoint,
    identity: pileId,
    ...(options.password !== undefined && { password: options.password }),
    callTimeoutMs: options.callTimeoutMs ?? 30_000,
    time,
    onUp() {
      generation++
      if (booted) ready()
      else void boot(generation)
    },
    onDown() {
      generation++
      outbox.pause()
      emit({ at: time.now(), type: 'link-lost', pileId, text: `${pileId} lost its link` })
    },
    onRefused: reason => emit({ at: time.now(), type: 'problem', pileId, text: `${pileId} cannot connect: ${reason}` }),
  })

  const spell = (action: ActionFromChargePoint, payload: object): object =>
    (options.quirks ?? []).reduce((words, quirk) => quirk.outgoing?.(action, words) ?? words, payload)
  const call = (action: ActionFromChargePoint, payload: object) => link.call(action, spell(action, payload))

  const configuration = createConfiguration(
    { MeterValueSampleInterval: String(options.sampleIntervalSeconds) },
    (key, now) => {
      if (key === 'MeterValueSampleInterval' && now.number(key) > 0) pile.setSampleInterval(now.number(key))
      if (key === 'ConnectionTimeOut') pile.setConnectionTimeout(now.number(key))
      if (key === 'HeartbeatInterval') heartbeatLater(generation)
    },
  )

  const outbox = createOutbox({
    call: (action, payload) => call(action as ActionFromChargePoint, payload),
    time,
    retrySeconds: () => configuration.number('TransactionMessageRetryInterval'),
    attempts: () => configuration.number('TransactionMessageAttempts'),
    isRefusal: isCallError,
  })

  const durable = (
    action: ActionFromChargePoint,
    payload: () => object,
    onAnswer: (answer: Record<string, unknown>) => void = () => {},
  ): void =>
    outbox.push({
      action,
      payload,
      durable: true,
      onAnswer,
      onGone: error =>
        emit({ at: time.now(), type: 'problem', pileId, text: `${pileId} gave up a ${action}: ${String(error)}` }),
    })
  const volatile = (action: ActionFromChargePoint, payload: object): void =>
    outbox.push({ action, payload: () => payload, durable: false })

  function learn(idTag: string, info: unknown): boolean {
    const accepted = (info as { status?: string } | undefined)?.status === 'Accepted'
    verdicts.set(idTag.toLowerCase(), accepted ? 'accepted' : 'refused')
    return accepted
  }

  const transactionOf = (session: PileSession): number => (typeof session.remoteId === 'number' ? session.remoteId : -1)

  const pile = createPileBehaviour({
    ...options,
    dialect: {
      status: report => sayStatus(CONNECTOR, report),
      plug() {},
      authorize: idTag =>
        new Promise(resolve => {
          outbox.push({
            action: 'Authorize',
            payload: () => ({ idTag }),
            durable: false,
            onAnswer: answer => resolve(learn(idTag, answer.idTagInfo) ? 'accepted' : 'refused'),
            onGone: () => resolve(offlineVerdict(idTag)),
          })
        }),
      started(session) {
        const { idTag, reservationId } = session
        durable(
          'StartTransaction',
          () => ({
            connectorId: CONNECTOR,
            idTag,
            meterStart: session.startMilliWh / MILLI_WH_PER_WH,
            ...(reservationId !== null && { reservationId }),
            timestamp: rfc3339(session.startedAt),
          }),
          answer => {
            session.remoteId = answer.transactionId as number
            if (learn(idTag, answer.idTagInfo) || !configuration.flag('StopTransactionOnInvalidId')) return
            pile.stop(running => running === session, 'DeAuthorized')
          },
        )
      },
      sampled(session, sample) {
        const value = meterValue(sample, configuration.list('MeterValuesSampledData'))
        durable('MeterValues', () => ({
          connectorId: CONNECTOR,
          transactionId: transactionOf(session),
          meterValue: [value],
        }))
      },
      ended(session, last) {
        const measurands = configuration.list('StopTxnSampledData')
        durable('StopTransaction', () => ({
          transactionId: transactionOf(session),
          ...(session.reason === 'Local' && { idTag: session.idTag }),
          meterStop: last.registerMilliWh / MILLI_WH_PER_WH,
          timestamp: rfc3339(last.at),
          reason: session.reason,
          ...(measurands.length > 0 && { transactionData: [meterValue(last, measurands)] }),
        }))
      },
    },
  })

  /** Without a link only tags that were accepted before may charge (LocalAuthorizeOffline). */
  const offlineVerdict = (idTag: string): TagVerdict =>
    configuration.flag('LocalAuthorizeOffline') ? (verdicts.get(idTag.toLowerCase()) ?? 'unknown') : 'unknown'

  function sayStatus(connectorId: number, report: StatusReport): void {
    const { at, ...words } = report
    volatile('StatusNotification', { connectorId, ...words, timestamp: rfc3339(at) })
  }

  function sayStation(): void {
    const status = pile.isInService() ? 'Available' : 'Unavailable'
    sayStatus(0, { at: time.now(), status, errorCode: 'NoError' })
  }

  function ready(): void {
    outbox.resume()
    sayStation()
    sayStatus(CONNECTOR, pile.report())
    heartbeatLater(generation)
    emit({ at: time.now(), type: 'joined', pileId, text: `${pileId} is connected` })
  }

  async function boot(during: number): Promise<void> {
    let waitSeconds = 10
    try {
      const answer = await call('BootNotification', {
        chargePointVendor: 'Simulated',
        chargePointModel: `AC-${options.powerW}`,
        chargePointSerialNumber: `SIM-${pileId}`.slice(0, 25),
        firmwareVersion: '1.0.0',
        meterType: 'integrating',
      })
      if (generation !== during) return
      const interval = Number(answer.interval)
      if (interval > 0) waitSeconds = interval
      if (answer.status === 'Accepted') {
        booted = true
        if (interval > 0) configuration.change('HeartbeatInterval', String(interval))
        return ready()
      }
    } catch {
      if (generation !== during) return
    }
    const again = (): void => {
      if (generation === during) void boot(during)
    }
    time.after(waitSeconds * 1000, again, BOOT_RETRY_MIN_REAL_MS)
  }

  function heartbeatLater(during: number): void {
    if (!booted || generation !== during) return
    const seconds = configuration.number('HeartbeatInterval')
    if (seconds <= 0) return
    const serial = ++heartbeats
    const beat = (): void => {
      if (generation !== during || serial !== heartbeats) return
      volatile('Heartbeat', {})
      heartbeatLater(during)
    }
    time.after(seconds * 1000, beat, HEARTBEAT_MIN_REAL_MS)
  }
  let heartbeats = 0

  function reboot(hard: boolean): void {
    pile.stop(() => true, hard ? 'HardReset' : 'SoftReset')
    booted = false
    link.drop(REBOOT_SECONDS * 1000)
  }

  const context: CommandContext = {
    pile,
    configuration,
    clearCache: () => verdicts.clear(),
    later: setImmediate,
    reboot,
    say: {
      boot: () => void boot(generation),
      heartbeat: () => volatile('Heartbeat', {}),
      status: connectorId => (connectorId === 0 ? sayStation() : sayStatus(CONNECTOR, pile.report())),
    },
  }
  for (const [action, handler] of Object.entries(commandHandlers(context))) {
    if (!isActionToChargePoint(action)) continue
    const { request } = actions[action]
    link.handle(action, payload => {
      const parsed = request.safeParse(payload ?? {})
      if (!parsed.success) throw createRPCError('FormationViolation', parsed.error.issues[0]?.message ?? '', {})
      return (handler as unknown as Handler<typeof action>)(parsed.data as never)
    })
  }

  return {
    id: pileId,
    mode: options.mode,
    powerW: options.powerW,
    protocol: 'ocpp',
    sessions: pile.sessions,
    snapshot: () => pile.snapshot(link.isUp()),
    open: link.open,
    async close(graceMs = 0) {
      if (graceMs > 0 && link.isUp()) await Promise.race([outbox.whenEmpty(), wait(graceMs)])
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

const wait = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms).unref())
