import type { OcppOptions } from './options.ts'
import type { Registration, Standing } from './registration.ts'

export interface GatePorts {
  /** Opens or closes the way of our calls. */
  set(open: boolean, reason?: string): void
  /** It has been opened. */
  onOpen(): void
  registration: Registration
}

const REJECTED = 'the registration was rejected'

/**
 * When calls of ours may go out: nothing before the boot is answered and the charge point has settled (quirks 14, 20, 21).
 * One that was registered before (`last`) need not boot again after each loss of its link: it settles only.
 */
export function createGate(
  { set, onOpen, registration }: GatePorts,
  limits: Pick<OcppOptions, 'settleDelayMs' | 'bootGraceMs'>,
  last: Standing | undefined,
) {
  let timer: NodeJS.Timeout | undefined

  function open(): void {
    set(true)
    onOpen()
  }

  function openAfter(ms: number): void {
    clearTimeout(timer)
    if (ms === 0) open()
    else timer = setTimeout(open, ms)
  }

  if (registration.standing === 'rejected') set(false, REJECTED)
  else openAfter(last === 'accepted' ? Math.min(limits.settleDelayMs, limits.bootGraceMs) : limits.bootGraceMs)

  return {
    booting(): void {
      clearTimeout(timer)
      set(false, 'the BootNotification is not answered yet')
    },
    booted(answered: boolean): void {
      if (answered && registration.standing === 'rejected') set(false, REJECTED)
      else openAfter(answered ? limits.settleDelayMs : limits.bootGraceMs)
    },
    stop: (): void => clearTimeout(timer),
  }
}
