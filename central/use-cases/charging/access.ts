import type { Actor } from '../verbs.ts'

/** Operators see and do all; drivers only their own. */
export const mayTouchAll = (actor: Actor): boolean =>
  actor.role === 'operator' || actor.role === 'admin' || actor.role === 'system'

export const mayTouch = (actor: Actor, ownerId: string | null): boolean =>
  mayTouchAll(actor) || (ownerId !== null && ownerId === actor.id)
