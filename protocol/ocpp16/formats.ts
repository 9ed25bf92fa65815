import { z } from 'zod'

/**
 * The primitive types of OCPP 1.6-J, exactly as wide as the official JSON schemas make them (draft 7, judged by ajv with
 * ajv-formats as `ocpp-rpc` ships them). Failures carry zod's own issue codes, so that `errors.ts` and the quirks of the
 * gateway can tell what was wrong without reading a message.
 */

/** Length in code points, which is what JSON schema's `maxLength` counts; a lone surrogate is one. */
function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

const fits = (text: string, maximum: number): boolean =>
  text.length <= maximum || (text.length <= 2 * maximum && codePoints(text) <= maximum)

/** CiString and String types: at most `maximum` characters (code points). */
export const text = (maximum: number) =>
  z.string().check(payload => {
    if (!fits(payload.value, maximum))
      payload.issues.push({ code: 'too_big', origin: 'string', maximum, inclusive: true, input: payload.value })
  })

/** A whole number of any size: the official schemas set no bounds, not even those of int32. */
export const integer = () =>
  z.number().check(payload => {
    if (!Number.isInteger(payload.value))
      payload.issues.push({ code: 'invalid_type', expected: 'int', input: payload.value })
  })

const MULTIPLE_TOLERANCE = 1e-6

/** A number with at most one decimal (section 7.14, `limit`); 0.1 has no exact double, so a millionth is forgiven. */
export const tenths = () =>
  z.number().check(payload => {
    const quotient = payload.value / 0.1
    if (!(Math.abs(Math.round(quotient) - quotient) < MULTIPLE_TOLERANCE))
      payload.issues.push({ code: 'not_multiple_of', divisor: 0.1, input: payload.value })
  })

const DATE = String.raw`\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d))`
const TIME = String.raw`(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?`
const DATE_TIME = new RegExp(`^${DATE}[Tt\\s]${TIME}$`)

function isDateTime(value: string): boolean {
  if (!DATE_TIME.test(value)) return false
  if (!value.startsWith('02-29', 5)) return true
  const year = Number(value.slice(0, 4))
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/**
 * An RFC 3339 date-time: any fraction, `Z` or an offset (`+02:00`, `+0200`, `+02`), a real calendar date. As in the
 * official check the zone may be missing; who reads the value decides what that means (quirk 34).
 */
export const dateTime = () =>
  z.string().check(payload => {
    if (!isDateTime(payload.value))
      payload.issues.push({ code: 'invalid_format', format: 'datetime', input: payload.value })
  })

const UNRESERVED = String.raw`a-z0-9\-._~`
const SUB_DELIMS = "!$&'()*+,;="
const PERCENT = '%[0-9a-f]{2}'
const PCHAR = `(?:[${UNRESERVED}${SUB_DELIMS}:@]|${PERCENT})`
const H16 = '[0-9a-f]{1,4}'
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|[01]?\d\d?)`
const LS32 = String.raw`(?:${H16}:${H16}|(?:${OCTET}\.){3}${OCTET})`
/** At most `groups` groups before the `::`. */
const before = (groups: number): string => `(?:(?:${H16}:){0,${groups - 1}}${H16})?::`
const IPV6 = [
  `(?:${H16}:){6}${LS32}`,
  `::(?:${H16}:){5}${LS32}`,
  `${before(1)}(?:${H16}:){4}${LS32}`,
  `${before(2)}(?:${H16}:){3}${LS32}`,
  `${before(3)}(?:${H16}:){2}${LS32}`,
  `${before(4)}${H16}:${LS32}`,
  `${before(5)}${LS32}`,
  `${before(6)}${H16}`,
  before(7),
].join('|')
const IP_FUTURE = String.raw`v[0-9a-f]+\.[${UNRESERVED}${SUB_DELIMS}:]+`
const USER_INFO = `(?:[${UNRESERVED}${SUB_DELIMS}:]|${PERCENT})*@`
/** A name or an IPv4 address, which is spelled with the same characters. */
const REG_NAME = `(?:[${UNRESERVED}${SUB_DELIMS}]|${PERCENT})*`
const AUTHORITY = String.raw`(?:${USER_INFO})?(?:\[(?:${IPV6}|${IP_FUTURE})\]|${REG_NAME})(?::\d*)?`
const PATH = `(?:/${PCHAR}*)*`
const TAIL = `(?:${PCHAR}|[/?])*`
const URI = new RegExp(
  String.raw`^[a-z][a-z0-9+\-.]*:(?:/?/${AUTHORITY}${PATH}|/(?:${PCHAR}+${PATH})?|${PCHAR}+${PATH})(?:\?${TAIL})?(?:#${TAIL})?$`,
  'i',
)

/** An absolute URI (RFC 3986) with something behind its scheme; as in the official check one slash may stand for two. */
export const uri = () =>
  z.string().check(payload => {
    if (!URI.test(payload.value)) payload.issues.push({ code: 'invalid_format', format: 'url', input: payload.value })
  })
