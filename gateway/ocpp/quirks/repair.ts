import type { z } from 'zod'
import type { Problem } from '../../../protocol/charger/command.ts'

export interface Repaired {
  value: unknown
  /** One name per kind of repair, with the member where it helps: `unknown-member:connectorId`. */
  notes: string[]
  /** Required members that are missing or cannot be read. */
  problems: Problem[]
}

/** Quirk 24: longer than the schema allows is kept whole up to here, and cut beyond where the schema's own bound is not larger. */
const LONGEST_TEXT = 255
const MOST_NOTES = 20

interface Work {
  notes: Set<string>
  problems: Problem[]
}

/**
 * Understands what a strict schema refuses (quirks 24-27, 43, 63, 64): unknown members are dropped; null, "null" and ""
 * count as absent; numbers and texts stand for each other; an object stands for a list of one; words outside an
 * enumeration and texts that are too long are kept. Never throws, and reads only members that the schema names.
 */
export function repair(schema: z.ZodType, payload: unknown): Repaired {
  const work: Work = { notes: new Set(), problems: [] }
  const value = isRecord(payload)
    ? repairObject(schema as z.ZodObject, payload, '', work)
    : notAnObject(payload, schema, work)
  return { value, notes: [...work.notes].slice(0, MOST_NOTES), problems: work.problems }
}

function notAnObject(payload: unknown, schema: z.ZodType, work: Work): unknown {
  work.notes.add(payload === undefined || payload === null ? 'payload-missing' : 'payload-not-an-object')
  if (payload !== undefined && payload !== null) work.problems.push({ path: '/', message: 'must be an object' })
  return repairObject(schema as z.ZodObject, {}, '', work)
}

function repairObject(schema: z.ZodObject, source: Record<string, unknown>, path: string, work: Work): unknown {
  const shape = schema.shape as Record<string, z.ZodType>
  const result: Record<string, unknown> = {}
  for (const member of Object.keys(source)) {
    if (!Object.hasOwn(shape, member) && !(member === 'values' && 'value' in shape)) {
      work.notes.add(`unknown-member:${member.slice(0, 50).replace(/[^\w.-]/g, '?')}`)
    }
  }
  for (const [member, declared] of Object.entries(shape)) {
    const optional = declared._zod.def.type === 'optional'
    const inner = optional ? (declared as z.ZodOptional<z.ZodType>).unwrap() : declared
    const at = `${path}/${member}`
    let value = Object.hasOwn(source, member) ? source[member] : undefined
    if (value === undefined && member === 'value' && Object.hasOwn(source, 'values')) {
      value = source.values
      work.notes.add('values-for-value')
    }
    if (isAbsent(value, inner, optional)) {
      if (value !== undefined) work.notes.add(`null-or-empty:${member}`)
      if (!optional) missing(at, member, work)
      continue
    }
    const repaired = repairValue(inner, value, at, member, work)
    if (repaired !== undefined) result[member] = repaired
    else if (optional) work.notes.add(`unreadable:${member}`)
    else missing(at, member, work)
  }
  return result
}

function missing(path: string, member: string, work: Work): void {
  work.notes.add(`missing:${member}`)
  if (work.problems.length < MOST_NOTES) work.problems.push({ path, message: 'is required' })
}

/** An empty required text is a value: it says that the charger has nothing to say. */
function isAbsent(value: unknown, schema: z.ZodType, optional: boolean): boolean {
  if (value === undefined || value === null) return true
  if (typeof value !== 'string') return false
  const textual = schema._zod.def.type === 'string'
  return value.toLowerCase() === 'null' || (value.trim() === '' && (optional || !textual))
}

function repairValue(schema: z.ZodType, value: unknown, path: string, member: string, work: Work): unknown {
  switch (schema._zod.def.type) {
    case 'object':
      return isRecord(value) ? repairObject(schema as z.ZodObject, value, path, work) : undefined
    case 'array':
      return repairList((schema as z.ZodArray<z.ZodType>).element, value, path, member, work)
    case 'number':
      return repairNumber(schema, value, member, work)
    case 'enum':
      return repairWord(schema as z.ZodEnum, value, member, work)
    case 'string':
      return repairText(schema, value, member, work)
    default:
      return schema.safeParse(value).data
  }
}

function repairList(element: z.ZodType, value: unknown, path: string, member: string, work: Work): unknown {
  if (!Array.isArray(value)) work.notes.add(`object-for-list:${member}`)
  const items = Array.isArray(value) ? value : [value]
  const kept: unknown[] = []
  for (const [index, item] of items.entries()) {
    const repaired = repairValue(element, item, `${path}/${index}`, member, work)
    if (repaired === undefined) work.notes.add(`dropped-item:${member}`)
    else kept.push(repaired)
  }
  return kept
}

function repairNumber(schema: z.ZodType, value: unknown, member: string, work: Work): number | undefined {
  if (typeof value === 'string') {
    const number = Number(value.trim().replace(',', '.'))
    if (!Number.isFinite(number)) return undefined
    work.notes.add(`text-for-number:${member}`)
    return number
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  if (!schema.safeParse(value).success) work.notes.add(`not-an-integer:${member}`)
  return value
}

function repairWord(schema: z.ZodEnum, value: unknown, member: string, work: Work): string | undefined {
  if (typeof value !== 'string') return undefined
  const options = schema.options as string[]
  if (options.includes(value)) return value
  const folded = value.trim().toLowerCase()
  const same = options.find(option => option.toLowerCase() === folded)
  work.notes.add(same === undefined ? `unknown-word:${member}` : `word-case:${member}`)
  return same ?? value.slice(0, LONGEST_TEXT)
}

function repairText(schema: z.ZodType, value: unknown, member: string, work: Work): string | undefined {
  let text: string
  if (typeof value === 'string') text = value
  else if (typeof value === 'number' || typeof value === 'boolean') {
    work.notes.add(`number-for-text:${member}`)
    text = String(value)
  } else if (member === 'data') {
    work.notes.add('object-for-text:data')
    text = JSON.stringify(value)
  } else return undefined
  const issue = schema.safeParse(text).error?.issues[0]
  if (issue === undefined) return text
  if (issue.code !== 'too_big') {
    work.notes.add(`bad-format:${member}`)
    return text.slice(0, LONGEST_TEXT)
  }
  work.notes.add(`too-long:${member}`)
  return text.slice(0, Math.max(LONGEST_TEXT, Number(issue.maximum)))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
