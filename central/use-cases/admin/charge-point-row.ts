import type { EpochMs } from '../../../protocol/units.ts'

/** The row of a charge point that has said nothing yet. */
export const chargePointRow = ({ id, siteId }: { id: string; siteId: string }, createdAt: EpochMs) => ({
  id,
  siteId,
  protocol: null,
  passwordDigest: null,
  quirkProfile: null,
  validation: null,
  pingSeconds: null,
  vendor: null,
  model: null,
  serial: null,
  firmware: null,
  bootDetails: null,
  registration: null,
  lastBootAt: null,
  lastSeenAt: null,
  linkId: null,
  linkNode: null,
  linkSince: null,
  address: null,
  status: null,
  vendorErrorCode: null,
  statusReceivedAt: null,
  createdAt,
})
