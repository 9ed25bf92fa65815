import type { SiteEvent } from '../../../protocol/events.ts'
import type { Actor } from '../../use-cases/verbs.ts'

/** Drivers see piles and queues; bills, sessions and notices tell of other people and are for the staff. */
export function mayUserSee(event: SiteEvent, viewer: Actor): boolean {
  if (viewer.role === 'operator' || viewer.role === 'admin' || viewer.role === 'technician') return true
  return (
    event.type === 'pile-state' ||
    event.type === 'pile-meter' ||
    event.type === 'site-queue' ||
    event.type === 'site-power'
  )
}
