import type { Pool } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'
import { rows } from './rows.ts'
import type { Statement } from './statement.ts'

export interface BootEffect {
  chargePointId: string
  vendor: string
  model: string
  serial?: string | null
  firmware?: string | null
  /** The whole message as understood. */
  details: object
  at: EpochMs
}

export interface BootResult {
  /** null for an unknown charge point. */
  siteId: string | null
  registration: 'accepted' | 'pending' | 'rejected'
  /** Nobody knows what this firmware can do. */
  featuresUnknown: boolean
}

const input = rows<BootEffect>({
  charge_point_id: ['text', e => e.chargePointId],
  vendor: ['text', e => e.vendor],
  model: ['text', e => e.model],
  serial: ['text', e => e.serial],
  firmware: ['text', e => e.firmware],
  details: ['jsonb', e => e.details],
  at: ['timestamptz', e => e.at],
})

const SQL = /* sql */ `
update charge_points c set
  vendor = input.vendor, model = input.model, serial = input.serial, firmware = input.firmware,
  boot_details = input.details, last_boot_at = input.at, last_seen_at = greatest(c.last_seen_at, input.at),
  registration = coalesce(c.registration, 'accepted'),
  feature_profiles = case when (c.vendor, c.model, c.firmware) is not distinct from (input.vendor, input.model, input.firmware)
                          then c.feature_profiles end
from ${input.from}
where c.id = input.charge_point_id
returning n, c.site_id as "siteId", c.registration, c.feature_profiles is null as "featuresUnknown"`

/**
 * Registered unless an operator has decided otherwise. An unknown charge point is not registered. What another firmware
 * could do says nothing of this one.
 */
export const boot: Statement<BootEffect, BootResult> = {
  async run(connection, effects) {
    const written = await connection.query<BootResult & { n: number }>({
      name: 'boot',
      text: SQL,
      values: input.values(effects),
    })
    const results = effects.map((): BootResult => ({ siteId: null, registration: 'rejected', featuresUnknown: false }))
    for (const { n, ...result } of written.rows) results[n] = result
    return results
  },
  quarantined: async () => ({ siteId: null, registration: 'accepted', featuresUnknown: false }),
}

const FEATURES = /* sql */ `update charge_points set feature_profiles = $2 where id = $1 returning site_id as "siteId"`

/** What the charge point says it can do. Resolves with its site, null where there is no such charge point. */
export async function keepFeatures(pool: Pool, chargePointId: string, features: string[]): Promise<string | null> {
  const { rows } = await pool.query<{ siteId: string }>(FEATURES, [chargePointId, features])
  return rows[0]?.siteId ?? null
}
