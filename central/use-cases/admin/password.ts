import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const SALT_BYTES = 16

const keyed = (salt: Uint8Array, password: Uint8Array): Buffer => createHmac('sha256', salt).update(password).digest()

/** A key written in hexadecimal: 16 to 20 bytes, as the configuration key AuthorizationKey has it. */
const HEX_KEY = /^(?:[0-9a-f]{2}){16,20}$/i

/**
 * A charge point's password as it is kept: a random salt, then SHA-256 keyed with it. Passwords of chargers are bytes and
 * random keys, checked at every reconnect of every charger: a hash made for people's passwords would cost 24 ms each time.
 */
export function digestPassword(password: string | Uint8Array): Buffer {
  const salt = randomBytes(SALT_BYTES)
  return Buffer.concat([salt, keyed(salt, canonical(bytesOf(password)))])
}

/**
 * Whether these are the bytes of the kept password, in constant time. A key of 32 to 40 hexadecimal digits is sent as it
 * is written, in either case, by some chargers, and as the 16 to 20 bytes that it means by others (quirk 7; OCPP-J 1.6
 * section 6.2): both are the same password.
 */
export function verifyPassword(password: string | Uint8Array, digest: Uint8Array): boolean {
  const salt = digest.subarray(0, SALT_BYTES)
  const kept = digest.subarray(SALT_BYTES)
  const same = (given: Uint8Array): boolean => {
    const one = keyed(salt, given)
    return kept.length === one.length && timingSafeEqual(kept, one)
  }
  const given = bytesOf(password)
  const asWritten = same(canonical(given))
  const asBytes = given.length >= 16 && given.length <= 20 && same(Buffer.from(Buffer.from(given).toString('hex')))
  return asWritten || asBytes
}

const bytesOf = (password: string | Uint8Array): Uint8Array =>
  typeof password === 'string' ? Buffer.from(password, 'utf8') : password

/** One spelling for a hexadecimal key; every other password is its own. */
function canonical(password: Uint8Array): Uint8Array {
  const text = Buffer.from(password).toString('latin1')
  return HEX_KEY.test(text) ? Buffer.from(text.toLowerCase()) : password
}
