import { randomBytes, randomUUID } from 'node:crypto'

/** Ids of rows that people and programs see: random, so that they tell nothing and clash with nothing. */
export const newId = (): string => randomUUID()

/**
 * A tag for a driver without a card: 16 upper-case hex characters, short enough for every charger (quirk 52: at most 18).
 */
export const newIdTag = (): string => randomBytes(8).toString('hex').toUpperCase()

/** Tags and charge point identities are compared without regard to case (OCPP 1.6 section 7.28, CiString). */
export const foldCase = (text: string): string => text.toLowerCase()
