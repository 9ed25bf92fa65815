import { DomainError } from '../../protocol/errors.ts'
import type { EpochMs } from '../../protocol/units.ts'
import type { Entry } from './group.ts'
import type { Appended, Kind } from './statements/index.ts'

/** In one transaction: enough to make its own cost vanish, few enough to keep answers quick. */
const EFFECTS = 1000
const FRAMES = 4000
/** Text of the frames that may wait for the database. */
const FRAME_CHARS = 32 * 1024 * 1024

/** What waits for the database, bounded, in order of arrival. */
export interface Line {
  readonly idle: boolean
  readonly length: number
  readonly expired: number
  readonly droppedFrames: number
  push(kind: Kind, effect: Entry['effect'], settle: Pick<Entry, 'resolve' | 'reject'>): void
  append<K extends keyof Appended>(kind: K, row: Appended[K]): void
  /** The entries of the next transaction. */
  take(): Entry[]
  putBack(entries: readonly Entry[]): void
  /** Gives up what has waited since before `oldest`, in real ms. */
  expire(oldest: number): void
}

export function createLine(): Line {
  let waiting: Entry[] = []
  let frames: Entry[] = []
  let frameChars = 0
  let expired = 0
  let droppedFrames = 0
  const seen = new Map<string, EpochMs>()

  const entry = (kind: Kind, effect: Entry['effect'], settle = {}): Entry => ({
    kind,
    effect,
    since: Date.now(),
    doubtful: false,
    resolve: () => {},
    reject: () => {},
    ...settle,
  })

  const addFrame = (frame: Appended['frame']): void => {
    const { length } = frame.raw
    if (frameChars + length > FRAME_CHARS) {
      droppedFrames++
      return
    }
    frameChars += length
    const resolve = (): void => {
      frameChars -= length
    }
    frames.push(entry('frame', frame, { resolve, reject: resolve }))
  }

  return {
    get idle() {
      return waiting.length === 0 && frames.length === 0 && seen.size === 0
    },
    get length() {
      return waiting.length
    },
    get expired() {
      return expired
    },
    get droppedFrames() {
      return droppedFrames
    },

    push(kind, effect, settle) {
      waiting.push(entry(kind, effect, settle))
    },

    append(kind, row) {
      if (kind === 'frame') return addFrame(row as Appended['frame'])
      const { chargePointId, at } = row as Appended['seen']
      seen.set(chargePointId, Math.max(at, seen.get(chargePointId) ?? 0))
    },

    /**
     * All frames, and of each charge point one effect, so that its next one finds the first one's work done. While
     * there are more frames than a group holds, effects wait: no frame may come after its effect.
     */
    take() {
      const group = [...seen].map(([chargePointId, at]) => entry('seen', { chargePointId, at }))
      seen.clear()
      for (const frame of frames.splice(0, FRAMES)) group.push(frame)
      if (frames.length > 0) return group
      const busy = new Set<string>()
      const rest: Entry[] = []
      for (const waiter of waiting) {
        const { chargePointId } = waiter.effect
        if (busy.size >= EFFECTS || busy.has(chargePointId)) rest.push(waiter)
        else group.push(waiter)
        busy.add(chargePointId)
      }
      waiting = rest
      return group
    },

    putBack(entries) {
      frames = entries.filter(({ kind }) => kind === 'frame').concat(frames)
      waiting = entries.filter(({ kind }) => kind !== 'frame' && kind !== 'seen').concat(waiting)
    },

    expire(oldest) {
      const late = waiting.filter(({ since }) => since < oldest)
      if (late.length === 0) return
      waiting = waiting.filter(({ since }) => since >= oldest)
      expired += late.length
      for (const { reject } of late) reject(new DomainError('database-away'))
    },
  }
}
