import type { VirtualTime } from '../../simulator/time.ts'

export interface ManualTime extends VirtualTime {
  /** Lets charging time pass; what falls due on the way runs at its own instant. */
  advance(ms: number): void
}

/** Charging time that moves only when told to. */
export function createManualTime(start = Date.UTC(2026, 5, 1)): ManualTime {
  let now = start
  let queue: { at: number; act(): void }[] = []
  const after: VirtualTime['after'] = (ms, act) => {
    const entry = { at: now + Math.max(0, Math.ceil(ms)), act }
    queue.push(entry)
    return {
      cancel() {
        queue = queue.filter(other => other !== entry)
      },
    }
  }
  return {
    speed: 1,
    now: () => now,
    after,
    sleep: ms =>
      new Promise(resolve => {
        after(ms, resolve)
      }),
    stop() {
      queue = []
    },
    advance(ms) {
      const until = now + ms
      while (true) {
        const next = queue.filter(entry => entry.at <= until).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        queue = queue.filter(entry => entry !== next)
        now = next.at
        next.act()
      }
      now = until
    },
  }
}
