import type { Money } from '../../../protocol/units.ts'
import type { listedDetailOf } from '../wire/bills.ts'
import { billWord } from '../words.ts'
import { amountText, durationText, energyText, priceText, spanText } from './bill-figures.ts'
import { DIMENSION_WORDS, UNNAMED, type Voice } from './bill-words.ts'
import { type Html, html } from './html.ts'

type Detail = ReturnType<typeof listedDetailOf>
type Line = Detail['lines'][number]

/** A line of the table; `vat` in percent. */
interface Item {
  name: Html | string
  price: string
  quantity: string
  vat: number | null
  amount: Money
}

/** What a detail is made of: energy by window with its price, and beside it the fees that are not of a window. */
export function itemTable(detail: Detail, voice: Voice): Html {
  const { language, words } = voice
  const items = [...energyItems(detail, voice), ...otherItems(detail, voice)]
  const taxed = items.some(({ vat }) => vat !== null)
  const price = taxed ? `${words.price} (${words.exclVat})` : words.price
  return html`<table>
<thead><tr><th>${words.item}</th><th class="amount">${price}</th><th class="amount">${words.quantity}</th>${taxed ? html`<th class="amount">${words.rate}</th>` : null}<th class="amount">${words.amount} (${detail.total.currency})</th></tr></thead>
<tbody>${items.map(
    item => html`<tr><td>${item.name}</td><td class="amount">${item.price}</td><td class="amount">${item.quantity}</td>${taxed ? html`<td class="amount">${item.vat === null ? '' : `${item.vat} %`}</td>` : null}<td class="amount">${amountText(item.amount, language)}</td></tr>
`,
  )}</tbody>
<tfoot><tr><td colspan="${taxed ? 4 : 3}">${words.subtotal}</td><td class="amount">${amountText(detail.total, language)}</td></tr></tfoot>
</table>`
}

function energyItems(detail: Detail, { language, words, timeZone }: Voice): Item[] {
  const billed = detail.lines.filter(({ dimension }) => dimension === 'ENERGY')
  const billedWh = billed.reduce((sum, { quantity }) => sum + quantity, 0)
  const stepped = billed.length > 0 && Math.abs(billedWh - detail.energyWh) >= 1
  return detail.windows.map((window, index) => {
    const span = spanText(Date.parse(window.from), Date.parse(window.to), timeZone)
    const line = billed.find(({ kind, price }) => kind === window.kind && price === window.price)
    const steps = stepped && index === 0 ? `, ${words.billedAs} ${energyText(Math.round(billedWh))}` : ''
    return {
      name: html`${named('ENERGY', window.kind, language)} <span class="muted">${span}${steps}</span>`,
      price: `${priceText(window.price)} ${words.perKwh}`,
      quantity: energyText(window.energyWh),
      vat: line?.vat ?? null,
      amount: window.fee,
    }
  })
}

/** The lines that are not of energy; in details older than lines, the fees as they are summed up. */
function otherItems(detail: Detail, voice: Voice): Item[] {
  const { language, words } = voice
  if (detail.lines.length > 0) {
    const others = detail.lines.filter(({ dimension }) => dimension !== 'ENERGY' || detail.windows.length === 0)
    return others.map(line => lineItem(line, voice))
  }
  const fees: [string, Money][] = [
    [words.serviceFee, detail.serviceFee],
    [words.otherFee, detail.otherFee],
  ]
  if (detail.windows.length === 0) fees.unshift([named('ENERGY', 'none', language), detail.energyFee])
  return fees
    .filter(([, { amount }]) => amount !== 0)
    .map(([name, amount]) => ({ name, price: '', quantity: '', vat: null, amount }))
}

const lineItem = (line: Line, { language, words }: Voice): Item => {
  const { dimension, kind, price, unit, vat, amount } = line
  const quantity = Math.round(line.quantity)
  const name = named(dimension, kind, language)
  switch (unit) {
    case 'Wh':
      return { name, price: `${priceText(price)} ${words.perKwh}`, quantity: energyText(quantity), vat, amount }
    case 's':
      return { name, price: `${priceText(price)} ${words.perHour}`, quantity: durationText(quantity), vat, amount }
    case 'count':
      return { name, price: Number(price) === 0 ? '' : priceText(price), quantity: String(quantity), vat, amount }
    default:
      return unit satisfies never
  }
}

/** `Energy fee, peak`; a kind only where it tells one line from another. */
function named(dimension: string, kind: string, language: Voice['language']): string {
  const name = DIMENSION_WORDS[language][dimension] ?? dimension
  if (UNNAMED.has(kind)) return name
  return language === 'zh' ? `${name}（${billWord(kind, language)}）` : `${name}, ${billWord(kind, language)}`
}
