import type { ErrorCode } from './errors.ts'

/** A refusal is a value, not an exception: the caller must look. `detail` is for people. */
export type Result<T, R extends string = ErrorCode> = { ok: true; value: T } | { ok: false; reason: R; detail?: string }

export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value })
export const refuse = <R extends string>(reason: R, detail?: string): { ok: false; reason: R; detail?: string } =>
  detail === undefined ? { ok: false, reason } : { ok: false, reason, detail }
