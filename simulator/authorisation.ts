import type { Cancel, VirtualTime } from './time.ts'

/** Who may charge here next, and how much. */
export interface Authorisation {
  idTag: string
  /** Whole Wh after which the pile stops by itself. */
  energyWh?: number
}

/** How long a pile waits for the cable after a card or a remote start, unless configured: charging seconds. */
const CONNECTION_TIMEOUT_SECONDS = 120
const CONNECTION_TIMEOUT_MIN_REAL_MS = 1000

/** An accepted card or remote start that waits for its cable, until ConnectionTimeOut (OCPP 1.6 section 9.1.4). */
export function createWaitingAuthorisation(time: VirtualTime, changed: () => void) {
  let timeoutSeconds = CONNECTION_TIMEOUT_SECONDS
  let waiting: (Authorisation & { timer: Cancel }) | null = null

  function clear(): void {
    waiting?.timer.cancel()
    waiting = null
  }

  return {
    waiting: (): Authorisation | null => waiting,
    clear,
    set({ idTag, energyWh }: Authorisation): void {
      clear()
      const giveUp = (): void => {
        clear()
        changed()
      }
      const timer = time.after(timeoutSeconds * 1000, giveUp, CONNECTION_TIMEOUT_MIN_REAL_MS)
      waiting = { idTag, ...(energyWh !== undefined && { energyWh }), timer }
      changed()
    },
    setPatience(seconds: number): void {
      timeoutSeconds = seconds
    },
  }
}
