/** A seeded source of chance: the same seed gives the same day. Not for secrets. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** An integer in [low, high], both included. */
  integer(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
  /** Waiting time of a Poisson process, in the unit of `mean`. */
  exponential(mean: number): number
  /** An independent stream: what one part draws never shifts what another part draws. */
  fork(name: string): Random
}

/** FNV-1a over UTF-16 units: spreads names and neighbouring seeds over 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/** Mulberry32 (public domain, Tommy Ettinger): 32 bits of state, enough for a day at a site. */
export function createRandom(seed: number | string): Random {
  const key = String(seed)
  let state = hash(key)
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }
  return {
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: probability => next() < probability,
    pick: items => items[Math.floor(next() * items.length)]!,
    exponential: mean => -Math.log(1 - next()) * mean,
    fork: name => createRandom(`${key}/${name}`),
  }
}
