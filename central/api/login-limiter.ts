import { DomainError } from '../../protocol/errors.ts'

/** Accounts and addresses that are remembered; beyond, the oldest are forgotten. */
const REMEMBERED = 20_000

interface Failures {
  count: number
  until: number
}

export interface LoginLimiter {
  /** Seconds until this account may be tried again from this address; 0 is now. */
  waitSeconds(account: string, address: string): number
  failed(account: string, address: string): void
  succeeded(account: string): void
}

/**
 * Counts failed sign-ins, not all: a site behind one address signs in as often as it likes. An account is locked for at
 * most one window, so that nobody can be locked out for long by others. Real time.
 */
export function createLoginLimiter(options: {
  perAccount: number
  perAddress: number
  windowSeconds: number
  now?: () => number
}): LoginLimiter {
  const { perAccount, perAddress, windowSeconds, now = Date.now } = options
  const failures = new Map<string, Failures>()

  const wait = (key: string, limit: number): number => {
    const found = failures.get(key)
    if (!found || found.count < limit) return 0
    return Math.max(0, Math.ceil((found.until - now()) / 1000))
  }

  const count = (key: string): void => {
    const found = failures.get(key)
    if (found && found.until > now()) {
      found.count++
      return
    }
    failures.delete(key)
    failures.set(key, { count: 1, until: now() + windowSeconds * 1000 })
    if (failures.size > REMEMBERED) failures.delete(failures.keys().next().value!)
  }

  const accountKey = (account: string): string => `account ${account.trim().toLowerCase()}`
  return {
    waitSeconds: (account, address) =>
      Math.max(wait(accountKey(account), perAccount), wait(`address ${address}`, perAddress)),
    failed: (account, address) => {
      count(accountKey(account))
      count(`address ${address}`)
    },
    succeeded: account => void failures.delete(accountKey(account)),
  }
}

/** Refuses with `rate-limited`; `setRetryAfter` tells the header. */
export function refuseWhenLimited(seconds: number, setRetryAfter: (seconds: number) => void): void {
  if (seconds === 0) return
  setRetryAfter(seconds)
  throw new DomainError('rate-limited', `Too many failed sign-ins; try again in ${seconds} s`)
}
