import { foldCase } from '../protocol/ids.ts'
import type { EpochMs } from '../protocol/units.ts'
import type { Cancel, VirtualTime } from './time.ts'

export interface Reservation {
  id: number
  idTag: string
  expiresAt: EpochMs
}

/** The one reservation of a connector (OCPP 1.6 section 5.13): same id replaces, time or use ends it. */
export function createReservations(time: VirtualTime, changed: () => void) {
  let reservation: Reservation | null = null
  let timer: Cancel | null = null

  function clear(): void {
    timer?.cancel()
    timer = null
    reservation = null
  }

  return {
    active: (): Reservation | null => reservation,
    isForAnother: (idTag: string): boolean => reservation !== null && foldCase(reservation.idTag) !== foldCase(idTag),
    set(next: Reservation): void {
      clear()
      reservation = next
      timer = time.after(next.expiresAt - time.now(), () => {
        clear()
        changed()
      })
      changed()
    },
    /** The id of the reservation that this tag uses up; null where there is none. */
    use(idTag: string): number | null {
      if (!reservation || foldCase(reservation.idTag) !== foldCase(idTag)) return null
      const { id } = reservation
      clear()
      return id
    },
    cancel(id: number): boolean {
      if (reservation?.id !== id) return false
      clear()
      changed()
      return true
    },
  }
}
