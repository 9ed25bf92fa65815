import { rfc3339, wattHours } from '../../protocol/units.ts'
import { createOutbox } from '../outbox.ts'
import { createPileBehaviour } from '../pile-behaviour.ts'
import type { PileOptions, SimulatedPile, Visitor } from '../pile-types.ts'
import { taskReply } from '../replies.ts'
import { type Reply, type Rest, read, refusal } from '../rest.ts'
import { Stopped, withinMs } from '../time.ts'

export interface HttpPileOptions extends PileOptions {
  /** As a user with the role `simulator`. */
  rest(): Promise<Rest>
}

const HEARTBEAT_SECONDS = 60
const HEARTBEAT_MIN_REAL_MS = 1000
const ASSIGN_RETRY_SECONDS = 20
const ASSIGN_RETRY_MIN_REAL_MS = 200

class Refused extends Error {
  constructor(reply: Reply) {
    super(refusal(reply).text)
  }
}

/**
 * A pile behind the `/simulator` routes of the REST API: it asks for its task when a car plugs in, reports progress and
 * completes. There is no way to command it; a session that ended elsewhere shows as a refused progress.
 */
export function createHttpPile(options: HttpPileOptions): SimulatedPile {
  const { pileId, time, emit } = options
  let open = false
  let away = false
  let faulted = false

  const outbox = createOutbox({
    async call(route, payload) {
      const reply = await (await options.rest()).post(`/simulator/${route}`, payload)
      // the only way we can be told to stop
      if (reply.status === 409 && route === 'charging-progress') {
        pile.stop(session => session.remoteId === (payload as { sessionId: unknown }).sessionId, 'Remote')
        return {}
      }
      if (reply.status >= 400) throw new Refused(reply)
      return (reply.body ?? {}) as Record<string, unknown>
    },
    time,
    retrySeconds: () => 30,
    attempts: () => 3,
    isRefusal: error => error instanceof Refused,
  })
  const problem = (text: string): void => emit({ at: time.now(), type: 'problem', pileId, text })

  const pile = createPileBehaviour({
    ...options,
    dialect: {
      status({ status, errorCode, info }) {
        if ((status === 'Faulted') === faulted) return
        faulted = status === 'Faulted'
        if (faulted) send('fault-report', { pileId, type: 'hardware', description: info ?? errorCode })
        else send('fault-recovery', { pileId })
      },
      plug(plugged, visitor) {
        if (plugged) ask(visitor).catch(tell)
      },
      // Cards are not known to this transport.
      authorize: async () => 'refused',
      started(session) {
        session.remoteId = task?.sessionId ?? null
      },
      sampled(session, sample) {
        outbox.push({
          action: 'charging-progress',
          durable: true,
          payload: () => ({
            pileId,
            sessionId: session.remoteId,
            energyWh: wattHours(sample.registerMilliWh - session.startMilliWh),
            powerW: sample.powerW,
            at: rfc3339(sample.at),
          }),
          onGone: () => pile.stop(running => running === session, 'Remote'),
        })
      },
      ended(session, last) {
        send('charging-complete', {
          pileId,
          sessionId: session.remoteId,
          energyWh: wattHours(last.registerMilliWh - session.startMilliWh),
          startedAt: rfc3339(session.startedAt),
          endedAt: rfc3339(last.at),
          reason: session.reason,
        })
      },
    },
  })
  let task: { sessionId: string } | null = null

  function send(route: string, payload: object): void {
    outbox.push({
      action: route,
      payload: () => payload,
      durable: true,
      onGone: error => problem(`${pileId}: ${route} was refused: ${String(error)}`),
    })
  }

  /** Asks for the task of the car at the plug until it is given or the car has gone. */
  async function ask(visitor: Visitor): Promise<void> {
    const { number, userId, energyWh } = visitor
    const who = number ? { number } : { userId }
    const rest = await options.rest()
    while (open && pile.visitor() === visitor && !pile.session()) {
      if (!away && !pile.refuses('')) {
        const body = { pileId, ...who, energyWh, mode: options.mode }
        const reply = await rest.post('/simulator/assign-charging', body)
        if (reply.status === 200) {
          take(visitor, read(taskReply, reply))
          return
        }
      }
      await time.sleep(ASSIGN_RETRY_SECONDS * 1000, ASSIGN_RETRY_MIN_REAL_MS)
    }
  }

  /**
   * The car may have gone between the question and its answer, or have come back and asked again: the same task is given
   * to both questions, and only a task that nobody charges on is handed back.
   */
  function take(asker: Visitor, given: { sessionId: string }): void {
    const visitor = pile.visitor()
    if (pile.session()?.remoteId === given.sessionId) return
    task = given
    const here = visitor !== null && visitor.driver === asker.driver && visitor.number === asker.number
    if (!here || !pile.remoteStart({ idTag: '', energyWh: visitor.energyWh })) abandon(given.sessionId)
  }

  /** The session took nothing. */
  function abandon(sessionId: string): void {
    const at = rfc3339(time.now())
    send('charging-complete', { pileId, sessionId, energyWh: 0, startedAt: at, endedAt: at, reason: 'Local' })
  }

  async function beat(): Promise<void> {
    const rest = await options.rest()
    let joined = false
    while (open) {
      if (!away) {
        const reply = await rest.post('/simulator/heartbeat', { pileIds: [pileId], at: rfc3339(time.now()) })
        if (reply.status >= 400) throw new Refused(reply)
        if (!joined) emit({ at: time.now(), type: 'joined', pileId, text: `${pileId} is connected (HTTP)` })
        joined = true
      }
      await time.sleep(HEARTBEAT_SECONDS * 1000, HEARTBEAT_MIN_REAL_MS)
    }
  }

  /** The end of the simulation is no problem; everything else is one. */
  const tell = (error: unknown): void => {
    if (!(error instanceof Stopped)) problem(`${pileId}: ${error instanceof Error ? error.message : String(error)}`)
  }

  return {
    id: pileId,
    mode: options.mode,
    powerW: options.powerW,
    protocol: 'http',
    sessions: pile.sessions,
    snapshot: () => pile.snapshot(open && !away),
    open() {
      open = true
      outbox.resume()
      beat().catch(tell)
    },
    async close(graceMs = 0) {
      await withinMs(graceMs, outbox.whenEmpty())
      open = false
      outbox.pause()
    },
    pending: outbox.pending,
    plug: pile.plug,
    unplug: pile.unplug,
    presentCard: pile.presentCard,
    fault: pile.fault,
    recover: pile.recover,
    dropLink(ms) {
      away = true
      outbox.pause()
      const back = (): void => {
        away = false
        outbox.resume()
      }
      time.after(ms, back, ASSIGN_RETRY_MIN_REAL_MS)
    },
  }
}
