import { z } from 'zod'
import { DomainError } from '../../../protocol/errors.ts'
import { MODES } from '../../../protocol/modes.ts'
import type { EpochMs } from '../../../protocol/units.ts'

/** A schema with a name becomes a component of the OpenAPI document. */
export const named = <T extends z.ZodType>(id: string, schema: T): T => schema.meta({ id })

/** Text that the database can hold: no NUL, no half of a surrogate pair. Everything else is only text, markup included. */
export const text = (max: number, min = 0) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine(value => !value.includes('\0') && value.isWellFormed(), 'Must be well-formed text')

/** RFC 3339 with an offset or Z, as epoch milliseconds inside. */
export const instant = () =>
  z.iso
    .datetime({ offset: true })
    .refine(value => !Number.isNaN(Date.parse(value)), 'There is no such instant')
    .transform(value => Date.parse(value) as EpochMs)

/** RFC 3339 UTC, as it goes out. */
export const time = z.string().meta({ format: 'date-time' })

export const mode = z.enum(MODES)

export const money = named('Money', z.object({ amount: z.number().int(), currency: z.string() }))

/** int32: what the tables can hold. */
export const INT32 = 2_147_483_647

/** Energy in whole Wh. */
export const energyWh = z.number().int().positive().max(INT32)

/** Identities of charge points, piles and sites: what the door lets in (`use-cases/door`), no separators of topics and paths. */
export const identity = z
  .string()
  .regex(/^(?! )[\p{L}\p{N} ._:*|@=+-]{1,64}(?<! )$/u, 'Must be 1 to 64 letters, digits, spaces and . _ : * | @ = + -')

/** OCPP's idToken: at most 20 visible characters. */
export const tag = z.string().regex(/^[\x21-\x7e]{1,20}$/, 'Must be 1 to 20 visible ASCII characters')

export const problemSchema = named(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
)

const problemResponse = {
  description: 'Problem (RFC 9457)',
  content: { 'application/problem+json': { schema: problemSchema } },
}

/** The answers of a route: its own, and problem+json for every refusal. */
export const answers = <T extends Record<number, unknown>>(
  own: T,
): T & { '4xx': typeof problemResponse; '5xx': typeof problemResponse } => ({
  ...own,
  '4xx': problemResponse,
  '5xx': problemResponse,
})

export const empty = z.null().describe('No content')

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** An id of a path that must be a UUID: another spelling names nothing, which is 404 and not 400. */
export function uuidOr404(id: string): string {
  if (!UUID.test(id)) throw new DomainError('not-found')
  return id.toLowerCase()
}

/** An id of a path that must be a positive int32. */
export function integerOr404(id: string): number {
  const value = Number(id)
  if (!/^[1-9]\d{0,9}$/.test(id) || value > INT32) throw new DomainError('not-found')
  return value
}

export const idParams = z.object({ id: text(200, 1) })
