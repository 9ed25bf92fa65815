import type { z } from 'zod'
import type { Problem } from '../charger/command.ts'

/**
 * The codes of a CALLERROR (OCPP-J 1.6, section 4.2.3). `OccurenceConstraintViolation` and `FormationViolation` are the
 * specification's own spellings.
 */
export const CALL_ERROR_CODES = [
  'NotImplemented',
  'NotSupported',
  'InternalError',
  'ProtocolError',
  'SecurityError',
  'FormationViolation',
  'PropertyConstraintViolation',
  'OccurenceConstraintViolation',
  'TypeConstraintViolation',
  'GenericError',
] as const
export type CallErrorCode = (typeof CALL_ERROR_CODES)[number]

export type ViolationCode = Extract<CallErrorCode, `${string}Violation`>

/** What is wrong with a payload: the code of the first problem, and up to `MAX_PROBLEMS` problems. */
export interface Violation {
  code: ViolationCode
  problems: Problem[]
}

/** Enough for a person to mend a message; a hostile one may hold a hundred thousand. */
export const MAX_PROBLEMS = 20
const MAX_KEY_LENGTH = 64

type Issue = z.core.$ZodIssue
type Finding = { code: ViolationCode; message: string }

/**
 * Names what a schema of this folder found wrong with `payload`, in the terms of OCPP-J 1.6:
 * not the shape of the message (not an object, an unknown member): FormationViolation; a member or item is missing:
 * OccurenceConstraintViolation; another JSON type: TypeConstraintViolation; a value that is not allowed (enumeration,
 * length, format, step): PropertyConstraintViolation. Messages name limits, never the values received.
 */
export function explain(error: z.ZodError, payload: unknown): Violation {
  const problems: Problem[] = []
  let code: ViolationCode | undefined
  for (const issue of error.issues) {
    const found = judge(issue, valueAt(payload, issue.path))
    code ??= found.code
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...issue.path, key]) : [issue.path]
    for (const path of paths) {
      if (problems.length === MAX_PROBLEMS) return { code, problems }
      problems.push({ path: pointer(path), message: found.message })
    }
  }
  return { code: code ?? 'FormationViolation', problems }
}

/** JSON pointer (RFC 6901) of a member, `/` for the whole payload. */
function pointer(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '/'
  return path
    .map(key => `/${String(key).slice(0, MAX_KEY_LENGTH).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

/** Zod keeps no input in its issues, and whether a member is missing or wrong is another code. */
function valueAt(payload: unknown, path: readonly PropertyKey[]): unknown {
  let value = payload
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key]
  return value
}

function judge(issue: Issue, value: unknown): Finding {
  if (issue.code === 'unrecognized_keys')
    return { code: 'FormationViolation', message: 'is not a member of this message' }
  if (value === undefined) return { code: 'OccurenceConstraintViolation', message: 'is required' }
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.path.length === 0) return { code: 'FormationViolation', message: 'must be an object' }
      return wrongType(issue.expected)
    }
    case 'invalid_value': {
      if (typeof value !== 'string') return wrongType('string')
      return { code: 'PropertyConstraintViolation', message: `must be one of ${issue.values.join(', ')}` }
    }
    case 'too_big':
      return { code: 'PropertyConstraintViolation', message: `must have at most ${issue.maximum} characters` }
    case 'too_small':
      return { code: 'OccurenceConstraintViolation', message: `must have at least ${issue.minimum} item` }
    case 'not_multiple_of':
      return { code: 'PropertyConstraintViolation', message: `must be a multiple of ${issue.divisor}` }
    case 'invalid_format':
      return {
        code: 'PropertyConstraintViolation',
        message: `must be a valid ${FORMAT_NAMES[issue.format] ?? issue.format}`,
      }
    default:
      return { code: 'PropertyConstraintViolation', message: issue.message }
  }
}

const FORMAT_NAMES: Record<string, string> = { datetime: 'RFC 3339 date-time', url: 'absolute URI' }

const wrongType = (expected: string): Finding => ({
  code: 'TypeConstraintViolation',
  message: `must be of type ${expected === 'int' ? 'integer' : expected}`,
})
