import { createHash, randomBytes } from 'node:crypto'

/** Begins every API token, so that it is told from a JWT and found by secret scanners. */
export const API_TOKEN_PREFIX = 'evg_'

/** 256 random bits: no dictionary reaches them, so that a fast digest protects them at rest. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
