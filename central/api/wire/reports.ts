import { rfc3339 } from '../../../protocol/units.ts'
import { printedWattHours } from '../../core/billing/apportion.ts'
import type { ReportedRow, ReportTotal } from '../../use-cases/billing/pile-report.ts'
import type { Column } from '../csv.ts'
import { cellWord } from '../words.ts'

type Figures = Omit<ReportTotal, 'unbilledMinor'>

const figuresOf = (row: Figures, energyWh: number) => {
  const money = (amount: number) => ({ amount, currency: row.currency })
  return {
    currency: row.currency,
    sessions: row.sessions,
    corrections: row.corrections,
    chargingSeconds: row.chargingSeconds,
    parkingSeconds: row.parkingSeconds,
    energyWh,
    energyMilliWh: row.energyMilliWh,
    energyFee: money(row.energyFeeMinor),
    serviceFee: money(row.serviceFeeMinor),
    otherFee: money(row.otherFeeMinor),
    vat: money(row.vatMinor),
    total: money(row.totalMinor),
  }
}

/** A report as it goes out: the whole Wh of the rows of a currency add up to those of its total. */
export function reportOf({ rows, totals }: { rows: readonly ReportedRow[]; totals: readonly ReportTotal[] }) {
  const energies = new Map<ReportedRow, number>()
  const sums = totals.map(total => {
    const own = rows.filter(row => row.currency === total.currency)
    const printed = printedWattHours(own.map(row => row.energyMilliWh))
    for (const [index, row] of own.entries()) energies.set(row, printed[index]!)
    const unbilled = { amount: total.unbilledMinor, currency: total.currency }
    return {
      ...figuresOf(
        total,
        printed.reduce((sum, wh) => sum + wh, 0),
      ),
      unbilled,
    }
  })
  const items = rows.map(row => ({
    period: row.period,
    from: rfc3339(row.from),
    to: rfc3339(row.to),
    siteId: row.siteId,
    pileId: row.pileId,
    mode: row.mode,
    window: row.window,
    ...figuresOf(row, energies.get(row)!),
  }))
  return { items, totals: sums }
}

type Row = Partial<ReturnType<typeof reportOf>['items'][number]> & ReturnType<typeof figuresOf>

export const REPORT_COLUMNS: Column<Row>[] = [
  { en: 'period', zh: '期间', of: (row, language) => row.period ?? (language === 'zh' ? '合计' : 'total') },
  { en: 'from', zh: '开始时间（UTC）', of: row => row.from ?? null },
  { en: 'to', zh: '结束时间（UTC）', of: row => row.to ?? null },
  { en: 'site', zh: '站点', of: row => row.siteId ?? null },
  { en: 'pile', zh: '充电桩', of: row => row.pileId ?? null },
  { en: 'mode', zh: '模式', of: (row, language) => (row.mode ? cellWord(row.mode, language) : null) },
  { en: 'window', zh: '时段', of: (row, language) => (row.window ? cellWord(row.window, language) : null) },
  { en: 'sessions', zh: '充电次数', of: row => row.sessions },
  { en: 'corrections', zh: '更正数', of: row => row.corrections },
  { en: 'chargingSeconds', zh: '充电时长（秒）', of: row => row.chargingSeconds },
  { en: 'parkingSeconds', zh: '占位时长（秒）', of: row => row.parkingSeconds },
  { en: 'energyWh', zh: '电量（瓦时）', of: row => row.energyWh },
  { en: 'energyFee', zh: '电费', of: row => row.energyFee },
  { en: 'serviceFee', zh: '服务费', of: row => row.serviceFee },
  { en: 'otherFee', zh: '其他费用', of: row => row.otherFee },
  { en: 'vat', zh: '其中增值税', of: row => row.vat },
  { en: 'total', zh: '合计金额', of: row => row.total },
  { en: 'currency', zh: '币种', of: row => row.currency },
]
