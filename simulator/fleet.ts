import type { EventEmitter } from 'node:events'
import type { SimulationEvent } from './events.ts'
import { createHttpPile } from './http/pile.ts'
import { createMqttPile } from './mqtt/pile.ts'
import { createChargePoint } from './ocpp/charge-point.ts'
import type { PileChoice, SimulationOptions } from './options.ts'
import type { SimulatedPile } from './pile-types.ts'
import type { Random } from './random.ts'
import { createRest, type Rest, signIn } from './rest.ts'
import type { VirtualTime } from './time.ts'

const SAMPLE_INTERVAL_SECONDS = 60

/** The piles of a simulation, each in its dialect; HTTP piles share one user of the product. */
export function createFleet(ports: {
  options: SimulationOptions
  time: VirtualTime
  random: Random
  emit(event: SimulationEvent): void
  signal: AbortSignal
}): SimulatedPile[] {
  const { options, time, random, emit, signal } = ports
  let shared: Promise<Rest> | null = null
  const rest = (): Promise<Rest> => {
    shared ??= signInSimulator(options, time, signal)
    return shared
  }

  return options.piles.map(({ id, mode, powerW, protocol }: PileChoice): SimulatedPile => {
    const common = {
      pileId: id,
      mode,
      powerW,
      time,
      random: random.fork(`pile/${id}`),
      sampleIntervalSeconds: options.sampleIntervalSeconds ?? SAMPLE_INTERVAL_SECONDS,
      emit,
      ...(options.pilePassword !== undefined && { password: options.pilePassword }),
    }
    if (protocol === 'mqtt') return createMqttPile({ ...common, url: options.mqttUrl })
    if (protocol === 'http') return createHttpPile({ ...common, rest })
    const { callTimeoutMs, quirks } = options
    return createChargePoint({
      ...common,
      endpoint: options.ocppUrl,
      ...(callTimeoutMs !== undefined && { callTimeoutMs }),
      ...(quirks && { quirks }),
    })
  })
}

async function signInSimulator(options: SimulationOptions, time: VirtualTime, signal: AbortSignal): Promise<Rest> {
  const user = options.simulatorUser
  if (!user) throw new Error('HTTP piles need a user with the role simulator')
  if ('token' in user) return createRest({ url: options.url, time, signal, token: async () => user.token })
  const account = await signIn({ url: options.url, time, signal, ...user })
  return account.rest
}

/** Resolves when every pile has said that it is connected. */
export function allJoined(
  piles: readonly SimulatedPile[],
  events: EventEmitter<{ event: [SimulationEvent] }>,
): Promise<void> {
  const missing = new Set(piles.map(pile => pile.id))
  return new Promise(resolve => {
    const look = ({ type, pileId }: SimulationEvent): void => {
      if (type !== 'joined' || pileId === undefined || !missing.delete(pileId) || missing.size > 0) return
      events.off('event', look)
      resolve()
    }
    events.on('event', look)
  })
}
