import { queueNumber } from '../../../protocol/modes.ts'
import type { Money } from '../../../protocol/units.ts'
import type { BillHead } from '../../store/views/bill-head.ts'
import { LANGUAGE_TAGS, type Language } from '../language.ts'
import type { listedBillOf, listedDetailOf } from '../wire/bills.ts'
import { billWord } from '../words.ts'
import { amountText, durationText, energyText, moneyText, priceText, spanText, timeText } from './bill-figures.ts'
import { BILL_STYLE } from './bill-style.ts'
import { BILL_WORDS, type BillWords } from './bill-words.ts'
import { Html, html } from './html.ts'

type Bill = ReturnType<typeof listedBillOf>
type Detail = ReturnType<typeof listedDetailOf>

export interface PrintedBill {
  bill: Bill
  head: BillHead
  /** In order of their numbers. */
  details: readonly Detail[]
}

/** What every part of the page needs to speak. */
interface Voice {
  language: Language
  words: BillWords
  timeZone: string
}

/** A bill as a page of its own, to be read, printed and kept: no scripts, nothing loaded, everything of others escaped. */
export function billPage({ bill, head, details }: PrintedBill, language: Language): string {
  const voice = { language, words: BILL_WORDS[language], timeZone: head.timeZone }
  const { words } = voice
  const since = details.filter(detail => detail.kind === 'correction' && detail.createdAt > bill.createdAt)
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
<footer>${words.localTimes} (${head.timeZone}).</footer>
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
<div class="head"><h2>${what} ${detail.pileId}</h2><span class="muted">${detail.number}</span></div>
${facts([
  [words.started, timeText(Date.parse(detail.startedAt), timeZone)],
  [words.ended, timeText(Date.parse(detail.endedAt), timeZone)],
  [words.energy, energyText(detail.energyWh)],
  [words.chargingTime, durationText(detail.chargingSeconds)],
  [words.parkingTime, detail.parkingSeconds === 0 ? null : durationText(detail.parkingSeconds)],
  [words.stopReason, billWord(detail.stopReason, language)],
  [words.reason, detail.note],
])}
<table>
<thead><tr><th>${words.item}</th><th class="amount">${words.price}</th><th class="amount">${words.quantity}</th><th class="amount">${words.amount}</th></tr></thead>
<tbody>${items(detail, voice)}</tbody>
<tfoot><tr><td colspan="3">${words.subtotal}</td><td class="amount">${amountText(detail.total, language)}</td></tr></tfoot>
</table>
</section>
`
}

const row = (item: Html | string, price: string, quantity: string, amount: Money, { language }: Voice): Html =>
  html`<tr><td>${item}</td><td class="amount">${price}</td><td class="amount">${quantity}</td><td class="amount">${amountText(amount, language)}</td></tr>
`

/** Energy by window with its price; beside it the fees that are not of a window. */
function items(detail: Detail, voice: Voice): Html[] {
  const { language, words, timeZone } = voice
  const energy = detail.windows.map(window =>
    row(
      html`${words.energyFee}, ${billWord(window.kind, language)} <span class="muted">${spanText(Date.parse(window.from), Date.parse(window.to), timeZone)}</span>`,
      `${priceText(window.price)} /kWh`,
      energyText(window.energyWh),
      window.fee,
      voice,
    ),
  )
  const fees: [string, Money][] = [
    [words.serviceFee, detail.serviceFee],
    [words.otherFee, detail.otherFee],
  ]
  if (energy.length === 0) fees.unshift([words.energyFee, detail.energyFee])
  return [...energy, ...fees.filter(([, fee]) => fee.amount !== 0).map(([name, fee]) => row(name, '', '', fee, voice))]
}

const FEES = ['energyFee', 'serviceFee', 'otherFee'] as const

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
</tbody></table>
`
}

/** What was credited or charged after the bill was made: the bill itself stays as it was. */
function corrections(bill: Bill, since: readonly Detail[], { language, words, timeZone }: Voice): Html {
  const balance = since.reduce((sum, { total }) => sum + total.amount, bill.total.amount)
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
<table class="sums"><tbody><tr class="total"><td>${words.balance}</td><td class="amount">${moneyText({ amount: balance, currency: bill.total.currency }, language)}</td></tr></tbody></table>
`
}
