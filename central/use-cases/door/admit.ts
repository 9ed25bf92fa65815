import type { Pool } from 'pg'
import type { Admission, Knock } from '../../../protocol/charger/link.ts'
import type { Protocol } from '../../../protocol/charger/status.ts'
import { foldCase } from '../../../protocol/ids.ts'
import { verifyPassword } from '../admin/password.ts'
import { isPrivateAddress } from './address.ts'

interface ChargePointAtDoor {
  id: string
  protocol: Protocol | null
  passwordDigest: Uint8Array | null
  securityProfile: number
  assumeOcpp16: boolean
  validation: 'tolerant' | 'strict' | null
  quirkProfile: string | null
  pingSeconds: number | null
  connected: boolean
  registration: 'accepted' | 'pending' | 'rejected' | null
}

const FIND = /* sql */ `
select id, protocol, password_digest as "passwordDigest", security_profile as "securityProfile", assume_ocpp16 as "assumeOcpp16",
       validation, quirk_profile as "quirkProfile", ping_seconds as "pingSeconds", connected, registration
from charge_points where lower(id) = $1`

export interface DoorPorts {
  pool: Pool
  validation: 'tolerant' | 'strict'
  pingSeconds: number
  acceptUnknown: boolean
  /** Makes a charge point with one pile in the default site; its canonical id. */
  adopt: (identity: string) => Promise<string>
}

/** Letters, digits and what real identities hold; never control characters or separators of topics and paths. */
const IDENTITY = /^[\p{L}\p{N} ._:*|@=+-]{1,64}$/u

/** Decides at the door who may connect (ocpp.md "Endpoint", mqtt.md). Throws only when the database is away. */
export function createDoor({
  pool,
  validation,
  pingSeconds,
  acceptUnknown,
  adopt,
}: DoorPorts): (knock: Knock) => Promise<Admission> {
  const find = async (identity: string): Promise<ChargePointAtDoor | undefined> =>
    (await pool.query<ChargePointAtDoor>({ name: 'door', text: FIND, values: [foldCase(identity)] })).rows[0]

  return async knock => {
    const { identity, address } = knock
    if (!IDENTITY.test(identity)) return refused('unknown', 'the identity has characters that are not allowed')
    let found = await find(identity)
    if (found === undefined) {
      if (!acceptUnknown) return refused('unknown', 'no charge point with this identity is registered')
      if (!isPrivateAddress(address))
        return refused('address-not-allowed', 'unknown charge points are accepted from private addresses only')
      await adopt(identity)
      found = await find(identity)
      if (found === undefined) return refused('unknown', 'the charge point was removed while it connected')
    }
    return (
      check(found, knock) ?? {
        admitted: true,
        profile: {
          chargePointId: found.id,
          validation: found.validation ?? validation,
          assumeOcpp16: found.assumeOcpp16,
          quirkProfile: found.quirkProfile,
          pingSeconds: found.pingSeconds ?? pingSeconds,
          ...(found.registration === null ? {} : { registration: found.registration }),
        },
      }
    )
  }
}

function check(chargePoint: ChargePointAtDoor, knock: Knock): Admission | undefined {
  if (chargePoint.connected && chargePoint.protocol !== null && chargePoint.protocol !== knock.protocol) {
    return refused('in-use', `it is connected over ${chargePoint.protocol}`)
  }
  if (chargePoint.securityProfile >= 2 && !knock.tls)
    return refused('tls-required', 'its security profile asks for TLS')
  if (
    chargePoint.securityProfile === 3 &&
    (knock.certificateName === undefined || foldCase(knock.certificateName) !== foldCase(chargePoint.id))
  ) {
    return refused('certificate-required', 'its security profile asks for a client certificate with its identity')
  }
  if (knock.user !== undefined && foldCase(knock.user) !== foldCase(chargePoint.id)) {
    return refused('bad-credentials', 'the user name is not the identity')
  }
  if (chargePoint.passwordDigest !== null) {
    if (knock.password === undefined) return refused('no-credentials', 'a password is set for it')
    return verifyPassword(knock.password, chargePoint.passwordDigest)
      ? undefined
      : refused('bad-credentials', 'wrong password')
  }
  if (chargePoint.securityProfile > 0 && chargePoint.securityProfile < 3)
    return refused('no-credentials', 'its security profile asks for a password and none is set')
  if (!isPrivateAddress(knock.address))
    return refused('address-not-allowed', 'without a password it may connect from private addresses only')
  return undefined
}

const refused = (reason: Extract<Admission, { admitted: false }>['reason'], detail: string): Admission => ({
  admitted: false,
  reason,
  detail,
})
