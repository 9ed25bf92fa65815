import type { ActionFromChargePoint } from '../../protocol/ocpp16/actions.ts'
import { MILLI_WH_PER_WH, rfc3339 } from '../../protocol/units.ts'
import type { Outbox } from '../outbox.ts'
import type { Dialect, PileSession, StatusReport, TagVerdict } from '../pile-types.ts'
import { CONNECTOR } from './commands.ts'
import type { Configuration } from './configuration.ts'
import { meterValue } from './meter-values.ts'

export interface OcppDialect extends Dialect {
  sayStatus(connectorId: number, report: StatusReport): void
  heartbeat(): void
  /** Forgets which tags were accepted before (ClearCache). */
  clearCache(): void
}

type Answer = Record<string, unknown>

/** A transaction that the central system has not numbered: its start was given up. */
const NO_TRANSACTION = -1

/** What a pile says, in the words of OCPP 1.6. */
export function createOcppDialect(options: {
  outbox: Outbox
  configuration: Configuration
  /** The tag of a running session turned out not to be accepted. */
  deauthorize(session: PileSession): void
  /** A transaction message was answered with errors only, and is lost. */
  lost(action: string, error: unknown): void
}): OcppDialect {
  const { outbox, configuration } = options
  const verdicts = new Map<string, TagVerdict>()

  const volatile = (action: ActionFromChargePoint, payload: object): void =>
    outbox.push({ action, payload: () => payload, durable: false })
  const durable = (action: ActionFromChargePoint, payload: () => object, onAnswer?: (answer: Answer) => void): void =>
    outbox.push({
      action,
      payload,
      durable: true,
      ...(onAnswer && { onAnswer }),
      onGone: error => options.lost(action, error),
    })

  function learn(idTag: string, info: unknown): boolean {
    const accepted = (info as { status?: string } | undefined)?.status === 'Accepted'
    verdicts.set(idTag.toLowerCase(), accepted ? 'accepted' : 'refused')
    return accepted
  }

  /** Without a link only tags that were accepted before may charge (LocalAuthorizeOffline). */
  const offlineVerdict = (idTag: string): TagVerdict =>
    configuration.flag('LocalAuthorizeOffline') ? (verdicts.get(idTag.toLowerCase()) ?? 'unknown') : 'unknown'

  const transactionOf = ({ remoteId }: PileSession): number =>
    typeof remoteId === 'number' ? remoteId : NO_TRANSACTION

  function sayStatus(connectorId: number, { at, ...words }: StatusReport): void {
    volatile('StatusNotification', { connectorId, ...words, timestamp: rfc3339(at) })
  }

  return {
    sayStatus,
    heartbeat: () => volatile('Heartbeat', {}),
    clearCache: () => verdicts.clear(),

    status: report => sayStatus(CONNECTOR, report),
    // OCPP 1.6 has no word for the cable; the status tells.
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
      const payload = {
        connectorId: CONNECTOR,
        idTag,
        meterStart: session.startMilliWh / MILLI_WH_PER_WH,
        ...(reservationId !== null && { reservationId }),
        timestamp: rfc3339(session.startedAt),
      }
      durable(
        'StartTransaction',
        () => payload,
        answer => {
          session.remoteId = answer.transactionId as number
          if (!learn(idTag, answer.idTagInfo) && configuration.flag('StopTransactionOnInvalidId'))
            options.deauthorize(session)
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
      const payload = {
        ...(session.reason === 'Local' && { idTag: session.idTag }),
        meterStop: last.registerMilliWh / MILLI_WH_PER_WH,
        timestamp: rfc3339(last.at),
        reason: session.reason,
        ...(measurands.length > 0 && { transactionData: [meterValue(last, measurands)] }),
      }
      durable('StopTransaction', () => ({ transactionId: transactionOf(session), ...payload }))
    },
  }
}
