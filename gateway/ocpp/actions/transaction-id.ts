/**
 * A transaction id that we may have given: a positive int32. 0, -1, fractions and numbers beyond it (quirks 41 to 43) name
 * no transaction of ours and count as absent; a double cannot turn one of those into a small id.
 */
export function ownTransactionId(id: number | undefined, note: (name: string) => void): number | undefined {
  if (id === undefined) return undefined
  if (Number.isInteger(id) && id >= 1 && id <= 0x7fffffff) return id
  note('foreign-transaction-id')
  return undefined
}
