import type { Logger } from 'pino'

export interface Shutdown {
  /** Registers how to end something that has begun; gives it back, or throws the signal's reason: no more is to begin. */
  after<T>(part: T, end: (part: T) => unknown): T
  /** Ends all in the opposite order of their beginning; a part that fails to end does not keep the others. Once. */
  run(): Promise<void>
}

export function createShutdown(log: Logger, signal?: AbortSignal): Shutdown {
  const ends: (() => unknown)[] = []
  let running: Promise<void> | undefined

  async function end(): Promise<void> {
    for (const stop of ends.reverse()) {
      try {
        await stop()
      } catch (error) {
        log.error({ err: error }, 'a part could not be ended cleanly')
      }
    }
  }

  return {
    after(part, stop) {
      ends.push(() => stop(part))
      signal?.throwIfAborted()
      return part
    },
    run: () => (running ??= end()),
  }
}
