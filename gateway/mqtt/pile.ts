import type { Report } from '../../protocol/charger/report.ts'
import type { Clock } from '../../protocol/clock.ts'
import type { PayloadOf, UpName } from '../../protocol/mqtt/topics.ts'
import { MILLI_WH_PER_WH, rfc3339 } from '../../protocol/units.ts'
import type { Link, Links } from './links.ts'
import type { Speak } from './ports.ts'

/** An MQTT pile has one connector. */
const CONNECTOR = 1
/** Sessions whose number is remembered for the answer to a repeated end. */
const REMEMBERED = 16

type Up = { [N in UpName]: { name: N; payload: PayloadOf<N> } }[UpName]
/** What a pile says of itself; answers to commands and `offline` take other ways. */
export type Said = Exclude<Up, { name: 'result' }>

/** Wh with decimals to integer mWh; exact to a thousandth of a watt-hour. */
const milliWh = (wattHours: number): number => Math.round(wattHours * MILLI_WH_PER_WH)

/** The members that are there: null counts as absent. */
function given<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(values)) if (value !== null && value !== undefined) kept[key] = value
  return kept as { [K in keyof T]?: NonNullable<T[K]> }
}

const time = (ts: string | null | undefined): { at?: number } => (ts == null ? {} : { at: Date.parse(ts) })

/** One message as a report. Pure; `lastTag` stands in where a session starts without naming its tag. */
export function toReport(said: Said, lastTag: string | null): Report {
  const { name, payload } = said
  switch (name) {
    case 'hello':
      return {
        type: 'booted',
        vendor: payload.vendor,
        model: payload.model,
        ...given({ firmware: payload.firmware, mode: payload.mode, powerW: payload.power_w }),
        details: payload,
      }
    case 'status':
      return {
        type: 'connector-status',
        connectorId: CONNECTOR,
        status: payload.status === 'offline' ? 'Unavailable' : payload.status,
        errorCode: payload.error_code ?? 'NoError',
        ...given({ vendorErrorCode: payload.vendor_error_code, info: payload.info }),
        ...time(payload.ts),
      }
    case 'plug':
      return {
        type: 'connector-status',
        connectorId: CONNECTOR,
        status: payload.plugged ? 'Preparing' : 'Available',
        errorCode: 'NoError',
        ...given({ idTag: payload.id_tag }),
        ...time(payload.ts),
      }
    case 'session':
      return payload.event === 'started'
        ? {
            type: 'session-started',
            connectorId: CONNECTOR,
            idTag: payload.id_tag ?? lastTag ?? '',
            startKey: payload.session_key,
            registerMilliWh: milliWh(payload.meter_wh),
            ...time(payload.ts),
          }
        : {
            type: 'session-ended',
            connectorId: CONNECTOR,
            startKey: payload.session_key,
            registerMilliWh: milliWh(payload.meter_wh),
            ...given({ idTag: payload.id_tag }),
            reason: payload.reason ?? 'Local',
            ...time(payload.ts),
            readings: [],
          }
    case 'meter':
      return {
        type: 'meter-sampled',
        connectorId: CONNECTOR,
        ...given({ startKey: payload.session_key }),
        readings: [
          {
            ...time(payload.ts),
            registerMilliWh: milliWh(payload.energy_wh),
            ...given({
              powerW: payload.power_w,
              voltageV: payload.voltage_v,
              currentA: payload.current_a,
              socPercent: payload.soc_pct,
            }),
          },
        ],
      }
    default:
      return said satisfies never
  }
}

/** Hands one pile's messages to central, one at a time, and answers sessions on `down/session`. */
export function createPiles({ links, speak, clock }: { links: Links; speak: Speak; clock: Clock }) {
  function answer(
    link: Link,
    sessionKey: string,
    transactionId: number | undefined,
    verdict: string | undefined,
  ): void {
    const accepted = verdict === undefined || verdict === 'accepted'
    void speak(
      'sessionAnswer',
      { id: link.wireId },
      {
        session_key: sessionKey,
        session_id: transactionId === undefined ? null : String(transactionId),
        accepted,
        ...(accepted ? {} : { reason: verdict }),
        ts: rfc3339(clock.now()),
      },
    )
  }

  /** Resolves when central has kept the message. */
  async function keep(link: Link, said: Said): Promise<void> {
    const report = toReport(said, link.lastTag)
    switch (report.type) {
      case 'session-started': {
        const reply = await links.report(link, report)
        link.sessions.set(report.startKey, reply.transactionId)
        if (link.sessions.size > REMEMBERED) link.sessions.delete(link.sessions.keys().next().value!)
        answer(link, report.startKey, reply.transactionId, reply.verdict.status)
        return
      }
      case 'session-ended': {
        const reply = await links.report(link, report)
        const key = report.startKey!
        link.lastTag = null
        answer(link, key, reply.transactionId ?? link.sessions.get(key), reply.verdict?.status)
        return
      }
      case 'connector-status':
        await links.report(link, report)
        if (said.name === 'plug') link.lastTag = said.payload.plugged ? (said.payload.id_tag ?? link.lastTag) : null
        return
      default:
        await links.report(link, report)
    }
  }

  return { keep }
}

export type Piles = ReturnType<typeof createPiles>
