import type { ClientBase, Pool } from 'pg'
import { defaultTariff, parseTariff, type TariffDefinition } from '../../core/tariff/tariff.ts'
import { tariffVersion } from '../../store/site/tariff.ts'

/** What a session is priced by, running or ended: the version it began under; without one the default, in the site's currency. */
export async function sessionTariff(
  db: ClientBase | Pool,
  session: { tariffVersionId: string | null },
  site: { currency: string },
): Promise<TariffDefinition> {
  const row = session.tariffVersionId === null ? undefined : await tariffVersion(db, session.tariffVersionId)
  const parsed = row === undefined ? undefined : parseTariff(row.definition)
  return parsed?.ok === true ? parsed.value : { ...defaultTariff(), currency: site.currency }
}
