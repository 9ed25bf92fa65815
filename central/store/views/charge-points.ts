import type { Protocol } from '../../../protocol/charger/status.ts'
import type { EpochMs } from '../../../protocol/units.ts'
import { listPage, type Page, type PageRequest, type Sql, type Window, when, wholeMs, within } from './page.ts'

export interface ChargePointView {
  id: string
  siteId: string
  protocol: Protocol | null
  hasPassword: boolean
  securityProfile: number
  acceptUnknownTags: boolean
  assumeOcpp16: boolean
  validation: 'tolerant' | 'strict' | null
  quirkProfile: string | null
  pingSeconds: number | null
  vendor: string | null
  model: string | null
  serial: string | null
  firmware: string | null
  /** What it says it can do: names of OCPP feature profiles; null while that is not known. */
  featureProfiles: string[] | null
  registration: string | null
  connected: boolean
  lastBootAt: EpochMs | null
  lastSeenAt: EpochMs | null
  status: string | null
  errorCode: string
  createdAt: EpochMs
}

const SELECT = /* sql */ `
select id, site_id as "siteId", protocol, password_digest is not null as "hasPassword", security_profile as "securityProfile",
  accept_unknown_tags as "acceptUnknownTags", assume_ocpp16 as "assumeOcpp16", validation, quirk_profile as "quirkProfile",
  ping_seconds as "pingSeconds", vendor, model, serial, firmware, feature_profiles as "featureProfiles", registration, connected, last_boot_at as "lastBootAt",
  last_seen_at as "lastSeenAt", status, error_code as "errorCode", created_at as "createdAt"
from charge_points`

/** Charge points, newest first. Identities are compared without regard to case. */
export const listChargePoints = (
  sql: Sql,
  filter: Window & { id?: string; siteId?: string | undefined; page: PageRequest },
): Promise<Page<ChargePointView>> =>
  listPage(sql, {
    select: SELECT,
    where: [
      when(filter.id, 'lower(id) = lower(?)'),
      when(filter.siteId, 'site_id = ?'),
      ...within(filter, 'created_at'),
    ],
    keys: [
      { column: 'created_at', type: 'instant', of: row => row.createdAt },
      { column: 'id', type: 'text', of: row => row.id },
    ],
    page: filter.page,
  })

export const findChargePoint = async (sql: Sql, id: string): Promise<ChargePointView | undefined> =>
  (await listChargePoints(sql, { id, page: { limit: 1, after: null } })).rows[0]

export interface UnknownChargePointView {
  identity: string
  reason: string
  address: string
  firstSeenAt: EpochMs
  lastSeenAt: EpochMs
  count: number
}

/** Who knocked and was not let in, with the reason, newest first. */
export const listUnknownChargePoints = (
  sql: Sql,
  filter: Window & { page: PageRequest },
): Promise<Page<UnknownChargePointView>> =>
  listPage(sql, {
    select:
      'select identity, reason, address, first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt", count from unknown_charge_points',
    where: within(filter, 'last_seen_at'),
    keys: [
      { column: wholeMs('last_seen_at'), type: 'instant', of: row => row.lastSeenAt },
      { column: 'identity', type: 'text', of: row => row.identity },
      { column: 'reason', type: 'text', of: row => row.reason },
    ],
    page: filter.page,
  })
