import { type Algorithm, hash, verify } from '@node-rs/argon2'

/** Argon2id with the parameters OWASP asks for (19 MiB, 2 passes); about 25 ms of one core. */
const OPTIONS = { algorithm: 2 satisfies Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFC'), OPTIONS)

let nobody: Promise<string> | undefined

/**
 * Whether the password is the one of the hash. Without a hash (no such user) it works as long and says no, so that
 * nobody can find out which names exist.
 */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  nobody ??= hashPassword('nobody has this password')
  const matches = await verify(stored ?? (await nobody), password.normalize('NFC'))
  return stored !== undefined && matches
}
