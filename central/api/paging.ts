import { z } from 'zod'
import { DomainError } from '../../protocol/errors.ts'
import type { Page, PageRequest } from '../store/views/page.ts'
import { instant } from './schemas/common.ts'

/** `limit`, `cursor` and the half-open window `from` (included), `to` (excluded) that lists take. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
}

export const windowQuery = { from: instant().optional(), to: instant().optional() }

/** `{items, next}`: `next` is the cursor of the following page, null on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() })

/** Reads an opaque cursor; one that is not ours is a malformed request. */
export function pageRequest(query: { limit: number; cursor?: string | undefined }): PageRequest {
  if (query.cursor === undefined) return { limit: query.limit, after: null }
  try {
    const after: unknown = JSON.parse(Buffer.from(query.cursor, 'base64url').toString('utf8'))
    if (
      Array.isArray(after) &&
      after.length > 0 &&
      after.every(key => typeof key === 'string' || typeof key === 'number')
    ) {
      return { limit: query.limit, after }
    }
  } catch {
    // falls through to the refusal
  }
  throw new DomainError('malformed-request', 'The cursor is not one of ours', {
    problems: [{ path: '/cursor', message: 'Unknown cursor' }],
  })
}

/** One page as it goes out. */
export const pageAnswer = <R, T>(page: Page<R>, map: (row: R) => T): { items: T[]; next: string | null } => ({
  items: page.rows.map(map),
  next: page.next === null ? null : Buffer.from(JSON.stringify(page.next)).toString('base64url'),
})
