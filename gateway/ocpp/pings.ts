export interface Pings {
  /** Something arrived. */
  alive(): void
  stop(): void
}

/** Pings of the server, `intervalMs` apart, 0 for none. Two in a row without a sign of life are a dead peer (quirk 8). */
export function startPings(intervalMs: number, peer: { isPaused(): boolean; ping(): void; dead(): void }): Pings {
  let missed = 0
  const tick = (): void => {
    // A socket that is not read at present cannot show its pongs.
    if (peer.isPaused()) missed = 0
    else if (missed >= 2) peer.dead()
    else {
      missed += 1
      peer.ping()
    }
  }
  const timer = intervalMs > 0 ? setInterval(tick, intervalMs) : undefined
  return {
    alive() {
      missed = 0
    },
    stop: () => clearInterval(timer),
  }
}
