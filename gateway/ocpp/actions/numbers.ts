type Note = (name: string) => void

const INT32_MAX = 0x7fffffff

/**
 * A number that can be one of our int32 ids: whole and at least 1. 0, -1, fractions and what is larger (quirks 41 to 43, 61)
 * are a charger's ways to say none; a double cannot turn one of those into a small id.
 */
export function idOf(id: number | undefined, member: string, note: Note): number | undefined {
  if (id === undefined) return undefined
  if (Number.isInteger(id) && id >= 1 && id <= INT32_MAX) return id
  note(`impossible-id:${member}`)
  return undefined
}

/** A connector's number, or 0, the charge point as a whole, where the charger named none that can exist. */
export function connectorIdOf(connectorId: number | undefined, note: Note): number {
  if (connectorId === 0) return 0
  return idOf(connectorId, 'connectorId', note) ?? 0
}
