import { queueNumber } from '../../../protocol/modes.ts'
import { type EpochMs, rfc3339, wattHours } from '../../../protocol/units.ts'
import { lineView } from '../../store/views/request-bill.ts'
import type { RequestRow } from '../../store/views/requests.ts'
import type { ReadingView, SessionView } from '../../store/views/sessions.ts'
import type { RequestView } from '../../use-cases/verbs.ts'
import type { Language } from '../language.ts'

export const timeOrNull = (at: EpochMs | null): string | null => (at === null ? null : rfc3339(at))
export const whOrNull = (milliWh: number | null): number | null => (milliWh === null ? null : wattHours(milliWh))
const wholeOrNull = (value: number | null): number | null => (value === null ? null : Math.round(value))

/** A request as its driver sees it, with the reason in their language. */
export const requestOf = (view: RequestView, language: Language) => ({
  ...view,
  energyWh: Math.round(view.energyWh),
  deliveredEnergyWh: Math.round(view.deliveredEnergyWh),
  estimatedStartAt: timeOrNull(view.estimatedStartAt),
  estimatedWaitSeconds: wholeOrNull(view.estimatedWaitSeconds),
  estimatedFinishAt: timeOrNull(view.estimatedFinishAt),
  reason: view.reason[language],
  createdAt: rfc3339(view.createdAt),
})

export const requestRowOf = (row: RequestRow) => ({
  ...row,
  number: queueNumber(row.mode, row.number),
  createdAt: rfc3339(row.createdAt),
  endedAt: timeOrNull(row.endedAt),
})

export const sessionOf = ({
  energyMilliWh,
  meterStartMilliWh,
  meterStopMilliWh,
  costMinor,
  vatMinor,
  currency,
  ...row
}: SessionView) => ({
  ...row,
  id: String(row.id),
  calledAt: timeOrNull(row.calledAt),
  unpluggedAt: timeOrNull(row.unpluggedAt),
  parkingSeconds: row.parkingSeconds ?? 0,
  cost: costMinor === null ? null : { amount: costMinor, currency },
  vat: vatMinor === null ? null : { amount: vatMinor, currency },
  lines: row.lines.map(line => lineView(line, currency)),
  startedAt: rfc3339(row.startedAt),
  endedAt: timeOrNull(row.endedAt),
  energyWh: wattHours(energyMilliWh),
  meterStartWh: whOrNull(meterStartMilliWh),
  meterStopWh: whOrNull(meterStopMilliWh),
})

export const readingOf = ({ at, context, registerMilliWh, powerW, voltageV, currentA, socPercent }: ReadingView) => ({
  at: rfc3339(at),
  context,
  meterWh: whOrNull(registerMilliWh),
  powerW,
  voltageV,
  currentA,
  socPercent,
})
