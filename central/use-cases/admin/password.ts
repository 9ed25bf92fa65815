import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const SALT_BYTES = 16

const keyed = (salt: Uint8Array, password: Uint8Array): Buffer => createHmac('sha256', salt).update(password).digest()

/**
 * A charge point's password as it is kept: a random salt, then SHA-256 keyed with it. Passwords of chargers are bytes and
 * random keys, checked at every reconnect of every charger: a hash made for people's passwords would cost 24 ms each time.
 */
export function digestPassword(password: string | Uint8Array): Buffer {
  const salt = randomBytes(SALT_BYTES)
  return Buffer.concat([salt, keyed(salt, bytesOf(password))])
}

/** Whether these are the bytes of the kept password, in constant time. */
export function verifyPassword(password: string | Uint8Array, digest: Uint8Array): boolean {
  const salt = digest.subarray(0, SALT_BYTES)
  const kept = digest.subarray(SALT_BYTES)
  const given = keyed(salt, bytesOf(password))
  return kept.length === given.length && timingSafeEqual(kept, given)
}

const bytesOf = (password: string | Uint8Array): Uint8Array =>
  typeof password === 'string' ? Buffer.from(password, 'utf8') : password
