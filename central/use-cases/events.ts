import type { Logger } from 'pino'
import type { SiteEvent } from '../../protocol/events.ts'

/** Live events inside this process: emitted after commit, listened to by REST (SSE), MQTT and whoever waits for an end. */
export interface EventBus {
  emit(event: SiteEvent): void
  subscribe(listener: (event: SiteEvent) => void): () => void
  /** The next event that fits, or undefined when none came in `ms` of real time. */
  next<E extends SiteEvent>(
    fits: (event: SiteEvent) => event is E,
    ms: number,
  ): { promise: Promise<E | undefined>; cancel: () => void }
}

export function createEventBus(log: Logger): EventBus {
  const listeners = new Set<(event: SiteEvent) => void>()
  const subscribe: EventBus['subscribe'] = listener => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    subscribe,
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          log.error({ err: error, event: event.type }, 'a listener of live events failed')
        }
      }
    },
    next(fits, ms) {
      const { promise, resolve } = Promise.withResolvers<never | undefined>()
      const done = (event?: unknown): void => {
        clearTimeout(timer)
        stop()
        resolve(event as undefined)
      }
      const timer = setTimeout(done, ms)
      const stop = subscribe(event => {
        if (fits(event)) done(event)
      })
      return { promise, cancel: () => done() }
    },
  }
}
