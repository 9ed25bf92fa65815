import { type Column, decimalOf } from '../csv.ts'
import { DIMENSION_WORDS, UNNAMED } from '../html/bill-words.ts'
import type { Language } from '../language.ts'
import { localTime } from '../local-time.ts'
import { cellWord } from '../words.ts'
import type { listedBillOf, listedDetailOf } from './bills.ts'

type Detail = ReturnType<typeof listedDetailOf>
type Bill = ReturnType<typeof listedBillOf>
type Zones = ReadonlyMap<string, string>

/** The same instant as a spreadsheet takes it, in the site's zone. */
const local = (zones: Zones, siteId: string, at: string): string =>
  localTime(Date.parse(at), zones.get(siteId) ?? 'UTC')

/** `ENERGY peak 1.0000 x 4667 Wh = 4.67`: one price of a detail in short. */
function lineText(
  { dimension, kind, price, quantity, unit, amount }: Detail['lines'][number],
  language: Language,
): string {
  const name = language === 'zh' ? (DIMENSION_WORDS.zh[dimension] ?? dimension) : dimension
  const measure = unit === 'count' ? quantity : `${quantity} ${unit}`
  const words = UNNAMED.has(kind) ? name : `${name} ${cellWord(kind, language)}`
  return `${words} ${price} x ${measure} = ${decimalOf(amount.amount)}`
}

/** The columns of details; `zones` are those of the sites. */
export const detailColumns = (zones: Zones): Column<Detail>[] => [
  { en: 'number', zh: '详单号', of: d => Number(d.number) },
  { en: 'kind', zh: '类型', of: (d, language) => cellWord(d.kind, language) },
  { en: 'site', zh: '站点', of: d => d.siteId },
  { en: 'pile', zh: '充电桩', of: d => d.pileId },
  { en: 'session', zh: '会话', of: d => (d.sessionId === null ? null : Number(d.sessionId)) },
  { en: 'started', zh: '开始时间（UTC）', of: d => d.startedAt },
  { en: 'ended', zh: '结束时间（UTC）', of: d => d.endedAt },
  { en: 'startedLocal', zh: '开始时间', of: d => local(zones, d.siteId, d.startedAt) },
  { en: 'endedLocal', zh: '结束时间', of: d => local(zones, d.siteId, d.endedAt) },
  { en: 'energyWh', zh: '电量（瓦时）', of: d => d.energyWh },
  { en: 'chargingSeconds', zh: '充电时长（秒）', of: d => d.chargingSeconds },
  { en: 'parkingSeconds', zh: '占位时长（秒）', of: d => d.parkingSeconds },
  { en: 'energyFee', zh: '电费', of: d => d.energyFee },
  { en: 'serviceFee', zh: '服务费', of: d => d.serviceFee },
  { en: 'otherFee', zh: '其他费用', of: d => d.otherFee },
  { en: 'total', zh: '合计金额', of: d => d.total },
  { en: 'vat', zh: '其中增值税', of: d => d.vat },
  { en: 'currency', zh: '币种', of: d => d.total.currency },
  { en: 'stopReason', zh: '结束原因', of: (d, language) => cellWord(d.stopReason, language) },
  { en: 'lines', zh: '计费明细', of: (d, language) => d.lines.map(line => lineText(line, language)).join('; ') },
  { en: 'note', zh: '备注', of: d => d.note },
  { en: 'bill', zh: '账单标识', of: d => d.billId },
  { en: 'created', zh: '入账时间（UTC）', of: d => d.createdAt },
  { en: 'createdLocal', zh: '入账时间', of: d => local(zones, d.siteId, d.createdAt) },
]

export const billColumns = (zones: Zones): Column<Bill>[] => [
  { en: 'number', zh: '账单号', of: b => Number(b.number) },
  { en: 'id', zh: '账单标识', of: b => b.id },
  { en: 'request', zh: '充电请求', of: b => b.requestId },
  { en: 'site', zh: '站点', of: b => b.siteId },
  { en: 'energyWh', zh: '电量（瓦时）', of: b => b.energyWh },
  { en: 'total', zh: '合计金额', of: b => b.total },
  { en: 'corrections', zh: '更正金额', of: b => b.corrections },
  { en: 'balance', zh: '更正后合计', of: b => b.balance },
  { en: 'vat', zh: '其中增值税', of: b => b.vat },
  { en: 'currency', zh: '币种', of: b => b.total.currency },
  { en: 'state', zh: '支付状态', of: (b, language) => cellWord(b.state, language) },
  { en: 'created', zh: '出账时间（UTC）', of: b => b.createdAt },
  { en: 'createdLocal', zh: '出账时间', of: b => local(zones, b.siteId, b.createdAt) },
]
