import type { Protocol } from '../../../protocol/charger/status.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { rows } from './rows.ts'
import type { Statement } from './statement.ts'

export interface LinkEffect {
  chargePointId: string
  up: boolean
  linkId: string
  /** null when the link goes down: what the charger speaks stays known. */
  protocol: Protocol | null
  address: string
  /** The node that holds the link. */
  node: string
  at: EpochMs
}

export interface LinkResult {
  /** null for an unknown charge point. */
  siteId: string | null
  /** False for a late end of a link that another has replaced, and for a repetition. */
  changed: boolean
}

const input = rows<LinkEffect>({
  charge_point_id: ['text', e => e.chargePointId],
  up: ['boolean', e => e.up],
  link_id: ['text', e => e.linkId],
  protocol: ['text', e => e.protocol],
  address: ['text', e => e.address],
  node: ['text', e => e.node],
  at: ['timestamptz', e => e.at],
})

const SQL = /* sql */ `
with input as (select * from ${input.from}),
found as (
  select n, c.id, c.site_id, case when up then not c.connected or c.link_id is distinct from input.link_id
                                  else c.connected and c.link_id = input.link_id end as changed
  from input join charge_points c on c.id = input.charge_point_id
),
written as (
  update charge_points c set
    connected = up,
    protocol = case when up then coalesce(input.protocol, c.protocol) else c.protocol end,
    link_id = case when up then input.link_id end,
    link_node = case when up then node end,
    link_since = at,
    address = case when up then input.address else c.address end,
    last_seen_at = greatest(c.last_seen_at, at)
  from input join found using (n)
  where c.id = found.id and found.changed
)
select n, site_id as "siteId", changed from found`

/** A link goes down only where it is still the one that is stored (quirk 10). */
export const link: Statement<LinkEffect, LinkResult> = {
  async run(connection, effects) {
    const found = await connection.query<LinkResult & { n: number }>({
      name: 'link',
      text: SQL,
      values: input.values(effects),
    })
    const results = effects.map((): LinkResult => ({ siteId: null, changed: false }))
    for (const { n, siteId, changed } of found.rows) results[n] = { siteId, changed: changed ?? false }
    return results
  },
  quarantined: async () => ({ siteId: null, changed: false }),
  doubtful: result => ({ ...result, changed: true }),
}
