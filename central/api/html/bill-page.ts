import { queueNumber } from '../../../protocol/modes.ts'
import type { BillHead } from '../../store/views/bill-head.ts'
import { LANGUAGE_TAGS, type Language } from '../language.ts'
import type { listedBillOf, listedDetailOf } from '../wire/bills.ts'
import { billWord } from '../words.ts'
import { amountText, durationText, energyText, moneyText, timeText } from './bill-figures.ts'
import { itemTable } from './bill-items.ts'
import { BILL_STYLE } from './bill-style.ts'
import { BILL_WORDS, type BillWords, type Voice } from './bill-words.ts'
import { Html, html } from './html.ts'

type Bill = ReturnType<typeof listedBillOf>
type Detail = ReturnType<typeof listedDetailOf>

export interface PrintedBill {
  bill: Bill
  head: BillHead
  /** In order of their numbers. */
  details: readonly Detail[]
}

/** A bill as a page of its own, to be read, printed and kept: no scripts, nothing loaded, everything of others escaped. */
export function billPage({ bill, head, details }: PrintedBill, language: Language): string {
  const voice = { language, words: BILL_WORDS[language], timeZone: head.timeZone }
  const { words } = voice
  const since = correctionsSince(bill, details)
  const billed = details.filter(detail => !since.includes(detail))
  const page = html`<!doctype html>
<html lang="${LANGUAGE_TAGS[language]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.bill} ${bill.number} · ${head.siteName}</title>
<style>${new Html(BILL_STYLE)}</style>
</head>
<body>
<header>
<div><h1>${words.bill}</h1><p class="site">${head.siteName}</p></div>
<div class="number"><span class="muted">${words.number}</span><b>${bill.number}</b></div>
</header>
<main>
${facts([
  [words.issued, timeText(Date.parse(bill.createdAt), voice.timeZone)],
  [words.request, queueNumber(head.mode, head.queueNumber)],
  [words.vehicle, head.plate],
  [words.driver, head.username],
  [words.payment, paymentText(bill, head, voice)],
])}
${billed.map(detail => detailSection(detail, voice))}
${sums(bill, billed, voice)}
${since.length > 0 ? corrections(bill, since, voice) : null}
</main>
<footer>${words.localTimes}${head.timeZone}${words.fullStop}</footer>
</body>
</html>
`
  return page.markup
}

const facts = (rows: [name: string, value: string | null][]): Html =>
  html`<dl>${rows.map(([name, value]) => (value === null ? null : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}</dl>`

function paymentText(bill: Bill, head: BillHead, { language, words, timeZone }: Voice): string {
  const state = billWord(bill.state, language)
  return head.paidAt === null ? state : [state, words.paidAt, timeText(head.paidAt, timeZone)].filter(Boolean).join(' ')
}

function detailSection(detail: Detail, voice: Voice): Html {
  const { language, words, timeZone } = voice
  const what =
    detail.kind === 'correction' ? words.correction : detail.sessionId === null ? words.placeHeld : words.charge
  return html`<section class="detail">
<div class="head"><h2>${what} ${detail.pileId}</h2><span class="muted">${words.detail} ${detail.number}</span></div>
${facts([
  [words.started, timeText(Date.parse(detail.startedAt), timeZone)],
  [words.ended, timeText(Date.parse(detail.endedAt), timeZone)],
  [words.energy, energyText(detail.energyWh)],
  [words.chargingTime, durationText(detail.chargingSeconds)],
  [words.parkingTime, detail.parkingSeconds === 0 ? null : durationText(detail.parkingSeconds)],
  [words.stopReason, billWord(detail.stopReason, language)],
  [words.reason, detail.note],
])}
${itemTable(detail, voice)}
</section>
`
}

const FEES = ['energyFee', 'serviceFee', 'otherFee'] as const

/**
 * The corrections that came after the bill: their amounts are what its total lacks. One of the same instant as the bill
 * may be on either side, so that the amounts decide.
 */
function correctionsSince({ corrections, createdAt }: Bill, details: readonly Detail[]): Detail[] {
  const all = details.filter(({ kind }) => kind === 'correction')
  const later = all.filter(correction => correction.createdAt > createdAt)
  const amountOf = (some: readonly Detail[]): number => some.reduce((sum, { total }) => sum + total.amount, 0)
  if (amountOf(later) === corrections.amount) return later
  const first = all.findIndex((_, index) => amountOf(all.slice(index)) === corrections.amount)
  return first < 0 ? later : all.slice(first)
}

function sums(bill: Bill, billed: readonly Detail[], { language, words }: Voice): Html {
  const { currency } = bill.total
  const lines = FEES.map(fee => {
    const amount = billed.reduce((sum, detail) => sum + detail[fee].amount, 0)
    return amount === 0 && fee === 'otherFee'
      ? null
      : html`<tr><td>${words[fee]}</td><td class="amount">${amountText({ amount, currency }, language)}</td></tr>
`
  })
  return html`<table class="sums"><tbody>${lines}<tr class="total"><td>${words.total}</td><td class="amount">${moneyText(bill.total, language)}</td></tr>
${contained(
  billed.reduce((sum, { vat }) => sum + vat.amount, 0),
  bill,
  language,
  words,
)}</tbody></table>
`
}

const contained = (amount: number, { vat }: Bill, language: Language, words: BillWords): Html | null =>
  amount === 0
    ? null
    : html`<tr class="contained"><td>${words.vat}</td><td class="amount">${moneyText({ ...vat, amount }, language)}</td></tr>
`

/** What was credited or charged after the bill was made: the bill itself stays as it was. */
function corrections(bill: Bill, since: readonly Detail[], { language, words, timeZone }: Voice): Html {
  return html`<section>
<div class="head"><h2>${words.corrections}</h2></div>
<table>
<thead><tr><th>${words.date}</th><th>${words.reason}</th><th class="amount">${words.energy}</th><th class="amount">${words.amount}</th></tr></thead>
<tbody>${since.map(
    ({ createdAt, note, energyWh, total }) =>
      html`<tr><td>${timeText(Date.parse(createdAt), timeZone)}</td><td>${note}</td><td class="amount">${energyText(energyWh)}</td><td class="amount">${amountText(total, language)}</td></tr>
`,
  )}</tbody>
</table>
</section>
<table class="sums"><tbody><tr class="total"><td>${words.balance}</td><td class="amount">${moneyText(bill.balance, language)}</td></tr>
${contained(bill.vat.amount, bill, language, words)}</tbody></table>
`
}
