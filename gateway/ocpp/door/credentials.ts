import { foldCase } from '../../../protocol/ids.ts'

export interface Credentials {
  user: string
  /** As sent: a charge point's password is bytes, not text (security whitepaper edition 3, A00.FR.205; quirk 7). */
  password: Uint8Array
}

/** Reads HTTP Basic credentials on bytes, split at the first colon; null where there are none that can be read. */
export function basicCredentials(header: string | undefined): Credentials | null {
  const match = /^\s*basic\s+([A-Za-z0-9+/_-]+={0,2})\s*$/i.exec(header ?? '')
  if (!match) return null
  const bytes = Buffer.from(match[1]!, 'base64')
  const colon = bytes.indexOf(0x3a)
  if (colon < 0) return null
  return { user: bytes.subarray(0, colon).toString('utf8'), password: new Uint8Array(bytes.subarray(colon + 1)) }
}

/** Whether the user name is the identity, as decoded or as written in the path, without regard to case. */
export const namesIdentity = (user: string, identity: string, written: string): boolean => {
  const folded = foldCase(user)
  return folded === foldCase(identity) || folded === foldCase(written)
}
