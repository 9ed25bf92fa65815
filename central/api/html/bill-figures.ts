import type { EpochMs, Money } from '../../../protocol/units.ts'
import { decimalOf } from '../csv.ts'
import { LANGUAGE_TAGS, type Language } from '../language.ts'
import { localTime, utcOffset } from '../local-time.ts'

const DIGITS = { minimumFractionDigits: 2, maximumFractionDigits: 2 }

/** `18.90`; formatted from digits, never from a float. */
export const amountText = (amount: Money, language: Language): string =>
  new Intl.NumberFormat(LANGUAGE_TAGS[language], DIGITS).format(decimalOf(amount.amount) as Intl.StringNumericLiteral)

/** `CNY 18.90`, `¥18.90`: with its currency, as it is written in that language. */
export const moneyText = ({ amount, currency }: Money, language: Language): string =>
  new Intl.NumberFormat(LANGUAGE_TAGS[language], {
    ...DIGITS,
    style: 'currency',
    currency,
    currencyDisplay: language === 'zh' ? 'symbol' : 'code',
  }).format(decimalOf(amount) as Intl.StringNumericLiteral)

/** `14.000 kWh` of whole Wh. */
export function energyText(wh: number): string {
  const digits = String(Math.abs(wh)).padStart(4, '0')
  return `${wh < 0 ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)} kWh`
}

/** `0.7000` as `0.70`: four decimals only where they say something. */
export const priceText = (price: string): string => price.replace(/(\.\d\d\d*?)0+$/, '$1')

/** `2:05:09`: hours, minutes, seconds. */
export function durationText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const whole = Math.abs(seconds)
  return `${seconds < 0 ? '-' : ''}${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}

/** `2026-06-01 08:00:00 +08:00`: local, and which of two where the hour comes twice. */
export const timeText = (at: EpochMs, timeZone: string): string =>
  `${localTime(at, timeZone)} ${utcOffset(at, timeZone)}`

/** `06-01 22:30:00 – 23:00:00`: a stretch in local time, its second date only where it is another. */
export function spanText(from: EpochMs, to: EpochMs, timeZone: string): string {
  const first = localTime(from, timeZone).slice(5)
  const last = localTime(to, timeZone).slice(5)
  const offsets = [utcOffset(from, timeZone), utcOffset(to, timeZone)]
  if (offsets[0] !== offsets[1]) return `${first} ${offsets[0]} – ${last} ${offsets[1]}`
  return `${first} – ${first.slice(0, 5) === last.slice(0, 5) ? last.slice(6) : last}`
}
