import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Admission } from '../../../protocol/charger/link.ts'

type Reason = Extract<Admission, { admitted: false }>['reason']

/** 401 is for credentials only; a charge point nobody knows is not there. */
export const STATUS_OF_REASON = {
  unknown: 404,
  'no-credentials': 401,
  'bad-credentials': 401,
  'tls-required': 403,
  'certificate-required': 403,
  'address-not-allowed': 403,
  'in-use': 409,
  disabled: 403,
} as const satisfies Record<Reason, number>

const HEADERS: Record<number, string[]> = {
  401: ['WWW-Authenticate: Basic realm="OCPP"'],
  426: ['Upgrade: websocket', 'Sec-WebSocket-Version: 13, 8'],
  503: ['Retry-After: 10'],
}

/** Answers an upgrade that is refused and closes. */
export function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = `${reason}\n`
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(HEADERS[status] ?? []),
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
