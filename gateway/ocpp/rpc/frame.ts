import { ERROR_DESCRIPTION_MAX_LENGTH, MESSAGE_ID_MAX_LENGTH } from '../../../protocol/ocpp16/frames.ts'

/** A message id as the charge point wrote it. A number is against the specification, yet it is answered as a number. */
export type MessageId = string | number

export interface CallFrame {
  kind: 'call'
  id: MessageId
  action: string
  payload: unknown
  notes: string[]
}

export interface ResultFrame {
  kind: 'result'
  id: string
  payload: unknown
  notes: string[]
}

export interface ErrorFrame {
  kind: 'error'
  id: string
  code: string
  description: string
  notes: string[]
}

/** A frame that cannot be understood. `type` and `id` are what could still be read of it. */
export interface BadFrame {
  kind: 'bad'
  type: 2 | 3 | 4 | null
  id: MessageId | null
  problem: string
}

export type Frame = CallFrame | ResultFrame | ErrorFrame | BadFrame

/** OCPP-J 1.6 section 4.1.4 says 36; chargers that use more are answered all the same. */
const MAX_ID_LENGTH = 255

/**
 * Reads one OCPP-J message (OCPP-J 1.6 section 4.2). Never throws. A byte order mark, white space, a trailing NUL of a
 * C string, members that are too many or missing are understood and noted.
 */
export function decode(raw: string): Frame {
  const notes: string[] = []
  let text = raw
  if (text.charCodeAt(0) === 0xfeff) {
    text = text.slice(1)
    notes.push('byte-order-mark')
  }
  if (text.endsWith('\0')) {
    text = text.replace(/\0+$/, '')
    notes.push('trailing-nul')
  }
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return { kind: 'bad', ...prefixOf(text), problem: 'not JSON' }
  }
  if (!Array.isArray(message)) return { kind: 'bad', type: null, id: null, problem: 'not an array' }
  return interpret(message, notes)
}

function interpret(message: unknown[], notes: string[]): Frame {
  const [type, id, third, fourth] = message
  const readableId = isMessageId(id) ? id : null
  if (type !== 2 && type !== 3 && type !== 4) {
    return { kind: 'bad', type: null, id: readableId, problem: 'unknown message type' }
  }
  if (readableId === null) return { kind: 'bad', type, id: null, problem: 'message id is not a string' }
  if (typeof readableId === 'number') notes.push('numeric-message-id')
  else if (readableId.length > MESSAGE_ID_MAX_LENGTH) notes.push('long-message-id')
  if (type === 3) {
    if (message.length < 3) return { kind: 'bad', type, id: readableId, problem: 'payload is missing' }
    if (message.length > 3) notes.push('extra-elements')
    return { kind: 'result', id: String(readableId), payload: third, notes }
  }
  if (type === 4) {
    if (message.length < 5) notes.push('short-error')
    return { kind: 'error', id: String(readableId), code: word(third), description: word(fourth), notes }
  }
  if (typeof third !== 'string') return { kind: 'bad', type, id: readableId, problem: 'action is not a string' }
  if (message.length < 4) notes.push('payload-missing')
  if (message.length > 4) notes.push('extra-elements')
  return { kind: 'call', id: readableId, action: third, payload: fourth, notes }
}

/**
 * What can be read from the beginning of broken JSON: enough to fail the call it answers (quirk 17) or to answer the
 * call it is.
 */
export function prefixOf(text: string): { type: 2 | 3 | 4 | null; id: string | null } {
  const match = /^[\s,\uFEFF]*\[\s*([234])\s*,\s*"((?:[^"\\]|\\["\\/]){1,255})"/.exec(text.slice(0, 600))
  if (!match) return { type: null, id: null }
  return { type: Number(match[1]) as 2 | 3 | 4, id: match[2]!.replace(/\\(.)/g, '$1') }
}

export const encodeResult = (id: MessageId, payload: unknown): string => JSON.stringify([3, id, payload])

/** Always five members (OCPP-J 1.6 section 4.2.3); descriptions are at most 255 characters. */
export const encodeError = (id: MessageId, code: string, description: string, details: object = {}): string =>
  JSON.stringify([4, id, code, description.slice(0, ERROR_DESCRIPTION_MAX_LENGTH), details])

const isMessageId = (id: unknown): id is MessageId =>
  (typeof id === 'string' && id.length <= MAX_ID_LENGTH) || Number.isSafeInteger(id)

const word = (value: unknown): string => (typeof value === 'string' ? value : value === undefined ? '' : String(value))
