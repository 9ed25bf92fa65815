import type { Central, Chargers } from '../../protocol/charger/link.ts'
import type { Replies, SessionReference } from '../../protocol/charger/report.ts'
import type { Clock } from '../../protocol/clock.ts'
import { isDomainError } from '../../protocol/errors.ts'
import { type EpochMs, MILLI_WH_PER_WH } from '../../protocol/units.ts'
import { createHttpLinks, type Log } from './links.ts'

/** An HTTP pile has one connector, and its register begins at zero with each session. */
const CONNECTOR = 1

export interface HttpPiles extends Chargers {
  /** The pile takes a task: its session starts. `startKey` makes a repetition harmless. */
  assign(task: {
    pileId: string
    idTag: string
    startKey: string
    requestId?: string
    at?: EpochMs
  }): Promise<Replies['session-started']>
  /** Energy since the start. Older or repeated progress is harmless. */
  progress(said: SessionReference & { pileId: string; energyWh: number; powerW?: number; at?: EpochMs }): Promise<void>
  complete(
    said: SessionReference & { pileId: string; energyWh: number; at?: EpochMs; startedAt?: EpochMs; reason?: string },
  ): Promise<Replies['session-ended']>
  /** Piles that are well. Resolves with those that are not known, or speak otherwise. */
  heartbeat(said: { pileIds: string[] }): Promise<{ refused: string[] }>
  connected(pileId: string): boolean
  close(): Promise<void>
}

/**
 * Piles that call us over HTTP. Every promise resolves after its effect is durable and rejects where it could not be, or
 * with a DomainError where central does not admit the pile.
 */
export function createHttpPiles(ports: {
  central: Central
  clock: Clock
  log: Log
  /** Real time without any call after which a pile counts as disconnected. */
  linkTimeoutSeconds?: number
}): HttpPiles {
  const { linkTimeoutSeconds = 300, ...rest } = ports
  const links = createHttpLinks({ ...rest, silenceMs: linkTimeoutSeconds * 1000 })

  const reference = ({ transactionId, startKey }: SessionReference): SessionReference => ({
    ...(transactionId === undefined ? {} : { transactionId }),
    ...(startKey === undefined ? {} : { startKey }),
  })
  const time = (at: EpochMs | undefined): { at?: EpochMs } => (at === undefined ? {} : { at })
  const register = (energyWh: number): number => Math.round(energyWh * MILLI_WH_PER_WH)

  return {
    assign: ({ pileId, idTag, startKey, requestId, at }) =>
      links.call(pileId, {
        type: 'session-started',
        connectorId: CONNECTOR,
        idTag,
        startKey,
        ...(requestId === undefined ? {} : { requestId }),
        registerMilliWh: 0,
        ...time(at),
      }),

    async progress({ pileId, energyWh, powerW, at, ...session }) {
      await links.call(pileId, {
        type: 'meter-sampled',
        connectorId: CONNECTOR,
        ...reference(session),
        readings: [{ ...time(at), registerMilliWh: register(energyWh), ...(powerW === undefined ? {} : { powerW }) }],
      })
    },

    complete: ({ pileId, energyWh, at, startedAt, reason, ...session }) =>
      links.call(pileId, {
        type: 'session-ended',
        connectorId: CONNECTOR,
        ...reference(session),
        registerMilliWh: register(energyWh),
        reason: reason ?? 'Local',
        ...time(at),
        ...(startedAt === undefined ? {} : { startedAt }),
        readings: [],
      }),

    async heartbeat({ pileIds }) {
      const refused: string[] = []
      const call = async (pileId: string): Promise<void> => {
        try {
          await links.call(pileId, { type: 'alive' })
        } catch (error) {
          if (!isDomainError(error)) throw error
          refused.push(pileId)
        }
      }
      await Promise.all(pileIds.map(call))
      return { refused }
    },

    connected: pileId => (links.find(pileId)?.linkId ?? null) !== null,

    /** The pile polls nothing: it cannot be told. */
    send: async () => ({ status: 'refused', code: 'not-supported', problems: [] }),

    async disconnect(pileId, reason) {
      const link = links.find(pileId)
      if (link !== undefined) links.down(link, reason)
    },

    close: links.close,
  }
}
