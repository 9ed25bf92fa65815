/** What a failed group of effects calls for. */
export type Failure =
  /** The database or the way to it is gone: wait for it, then the same again. */
  | 'away'
  /** It would have worked at another moment (deadlock, out of disk): the same again. */
  | 'transient'
  /** One of the effects will never work: find out which. */
  | 'bad'

/**
 * SQLSTATE classes, PostgreSQL appendix A. 08 connection, 40 rollback, 53 resources, 55 not in a state, 57 operator
 * intervention, 58 system error, 25006 read-only (a standby that is being promoted).
 */
const TRANSIENT = /^(40|53|55|57|58|25006)/
const AWAY = /^(08|57P0|53300)/

/** Judges a failure. `connected` tells whether the connection survived it. */
export function failureOf(error: unknown, connected: boolean): Failure {
  if (!connected) return 'away'
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') return 'bad'
  if (AWAY.test(code)) return 'away'
  return TRANSIENT.test(code) ? 'transient' : 'bad'
}
