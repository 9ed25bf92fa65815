import type { VirtualTime } from '../time.ts'

const BOOT_RETRY_SECONDS = 10
const BOOT_RETRY_MIN_REAL_MS = 250
const HEARTBEAT_MIN_REAL_MS = 1000

export interface Registration {
  linkUp(): void
  linkDown(): void
  /** Says BootNotification now, whether booted or not (TriggerMessage). */
  boot(): void
  /** The next link begins with a BootNotification. */
  forget(): void
  /** The heartbeat interval has changed. */
  heartbeatLater(): void
}

/**
 * BootNotification until it is accepted, then heartbeats (OCPP 1.6 sections 4.2, 4.6). A reconnect without a reboot does
 * not boot again. Nothing of an older link has an effect on a newer one.
 */
export function createRegistration(options: {
  time: VirtualTime
  callBoot(): Promise<Record<string, unknown>>
  heartbeat(): void
  heartbeatSeconds(): number
  /** Accepted, with the heartbeat interval in seconds. */
  onAccepted(intervalSeconds: number): void
  /** Messages may flow: booted, and the link is up. */
  onReady(): void
}): Registration {
  const { time } = options
  let booted = false
  let link = 0
  let up = false
  let beats = 0

  async function boot(): Promise<void> {
    const during = link
    const stale = (): boolean => !up || link !== during
    let waitSeconds = BOOT_RETRY_SECONDS
    try {
      const { status, interval } = await options.callBoot()
      if (stale()) return
      const seconds = Number(interval)
      if (status === 'Accepted') {
        booted = true
        options.onAccepted(seconds)
        ready()
        return
      }
      if (seconds > 0) waitSeconds = seconds
    } catch {
      if (stale()) return
    }
    const again = (): void => {
      if (!stale()) void boot()
    }
    time.after(waitSeconds * 1000, again, BOOT_RETRY_MIN_REAL_MS)
  }

  function ready(): void {
    options.onReady()
    heartbeatLater()
  }

  function heartbeatLater(): void {
    const seconds = options.heartbeatSeconds()
    const beat = ++beats
    if (!booted || !up || seconds <= 0) return
    const act = (): void => {
      if (!up || beat !== beats) return
      options.heartbeat()
      heartbeatLater()
    }
    time.after(seconds * 1000, act, HEARTBEAT_MIN_REAL_MS)
  }

  return {
    linkUp() {
      up = true
      link++
      if (booted) ready()
      else void boot()
    },
    linkDown() {
      up = false
    },
    boot: () => void boot(),
    forget() {
      booted = false
    },
    heartbeatLater,
  }
}
