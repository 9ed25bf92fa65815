import { createHash, timingSafeEqual } from 'node:crypto'
import type { Admission, Central } from '../../protocol/charger/link.ts'
import type { Identity, Integration } from './ports.ts'

/** CONNACK return codes, MQTT 3.1.1 section 3.2.2.3. */
export const RETURN_CODE = { identifierRejected: 2, unavailable: 3, badCredentials: 4, notAuthorized: 5 } as const

export interface Caller {
  username?: string | undefined
  password?: Uint8Array | undefined
  address: string
}

export type Authentication =
  | { ok: true; identity: Identity; wireId: string | null }
  | { ok: false; returnCode: 2 | 3 | 4 | 5; reason: string }

const digest = (value: string | Uint8Array): Buffer => createHash('sha256').update(value).digest()

const RETURN_CODES: Record<Extract<Admission, { admitted: false }>['reason'], 3 | 4 | 5> = {
  unknown: RETURN_CODE.badCredentials,
  'no-credentials': RETURN_CODE.badCredentials,
  'bad-credentials': RETURN_CODE.badCredentials,
  'tls-required': RETURN_CODE.notAuthorized,
  'certificate-required': RETURN_CODE.notAuthorized,
  'address-not-allowed': RETURN_CODE.notAuthorized,
  'in-use': RETURN_CODE.notAuthorized,
  disabled: RETURN_CODE.notAuthorized,
}

/**
 * Who a client is. Integrations are known by name and win over a pile of the same name; every other user name is a
 * pile's identity and central decides. Passwords of integrations are compared in constant time.
 */
export function createAuthenticate(ports: {
  central: Pick<Central, 'admit'>
  integrations: Integration[]
  allowAnonymous: boolean
}): (caller: Caller) => Promise<Authentication> {
  const integrations = new Map(ports.integrations.map(one => [one.username, { ...one, digest: digest(one.password) }]))

  return async ({ username, password, address }) => {
    if (username === undefined || username === '') {
      if (ports.allowAnonymous) return { ok: true, identity: { kind: 'anyone', mayCommand: false }, wireId: null }
      return { ok: false, returnCode: RETURN_CODE.notAuthorized, reason: 'anonymous' }
    }
    const integration = integrations.get(username)
    if (integration !== undefined) {
      if (timingSafeEqual(digest(password ?? ''), integration.digest)) {
        return {
          ok: true,
          identity: { kind: 'integration', username, mayCommand: integration.mayCommand },
          wireId: null,
        }
      }
      return { ok: false, returnCode: RETURN_CODE.badCredentials, reason: 'bad-credentials' }
    }
    const admission = await ports.central.admit({
      protocol: 'mqtt',
      identity: username,
      address,
      tls: false,
      user: username,
      ...(password === undefined ? {} : { password }),
    })
    if (!admission.admitted) return { ok: false, returnCode: RETURN_CODES[admission.reason], reason: admission.reason }
    return { ok: true, identity: { kind: 'pile', chargePointId: admission.profile.chargePointId }, wireId: username }
  }
}
