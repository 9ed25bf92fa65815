/**
 * The offered spelling of `ocpp1.6`, wherever it stands in the list (quirk 2), or null. Doubled names and stray commas
 * are tolerated: a charger behind a clumsy proxy cannot mend them.
 */
export function offeredOcpp16(header: string | undefined): string | null {
  const offers = (header ?? '').split(',').map(offer => offer.trim())
  return offers.find(offer => offer.toLowerCase() === 'ocpp1.6') ?? null
}
