import { ERROR_CODES } from '../../../protocol/charger/faults.ts'
import type { Clock } from '../../../protocol/clock.ts'
import { type EpochMs, rfc3339, wattHours } from '../../../protocol/units.ts'
import type { AffectedCar, DossierCharger, DossierMessage, EarlierFault } from '../../store/views/fault-dossier.ts'
import type { FaultView } from '../../store/views/faults.ts'
import { timeOrNull } from './requests.ts'

/** Notes are written by others as a time of either spelling. */
const notesOf = (notes: FaultView['notes']) =>
  notes.map(note => ({ ...note, at: rfc3339(typeof note.at === 'number' ? note.at : Date.parse(note.at)) }))

export const faultOf = (row: FaultView) => ({
  ...row,
  notes: notesOf(row.notes),
  openedAt: rfc3339(row.openedAt),
  acknowledgedAt: timeOrNull(row.acknowledgedAt),
  repairStartedAt: timeOrNull(row.repairStartedAt),
  resolvedAt: timeOrNull(row.resolvedAt),
})

/** The real instant of an instant of charging time: frames are kept by real time. */
export const realTime = (at: EpochMs, { speed, start }: Clock): EpochMs =>
  speed === 1 ? at : Math.round(start + (at - start) / speed)

export interface Dossier {
  fault: FaultView
  charger: DossierCharger
  messages: { before: DossierMessage[]; after: DossierMessage[] }
  affected: AffectedCar[]
  earlier: EarlierFault[]
  now: EpochMs
}

export function dossierOf({ fault, charger, messages, affected, earlier, now }: Dossier) {
  const words = fault.errorCode === null ? undefined : ERROR_CODES[fault.errorCode]
  const messageOf = (message: DossierMessage) => ({ ...message, at: rfc3339(message.at) })
  return {
    ...faultOf(fault),
    words: words === undefined ? null : { en: words.en, zh: words.zh },
    downtimeSeconds: Math.max(0, Math.round(((fault.resolvedAt ?? now) - fault.openedAt) / 1000)),
    charger: { ...charger, lastBootAt: timeOrNull(charger.lastBootAt), lastSeenAt: timeOrNull(charger.lastSeenAt) },
    messages: { before: messages.before.map(messageOf), after: messages.after.map(messageOf) },
    affected: affected.map(({ deliveredMilliWh, ...car }) => ({
      ...car,
      deliveredEnergyWh: wattHours(deliveredMilliWh),
    })),
    earlier: earlier.map(record => ({
      ...record,
      notes: notesOf(record.notes),
      openedAt: rfc3339(record.openedAt),
      resolvedAt: timeOrNull(record.resolvedAt),
    })),
  }
}
