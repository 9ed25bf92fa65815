import type { BillView } from '../../central/use-cases/verbs.ts'
import { NOW } from './support.ts'

/** A bill as the verbs tell it. */
export const BILL: BillView = {
  id: '00000000-0000-4000-8000-0000000000b1',
  number: '1',
  requestId: '00000000-0000-4000-8000-0000000000a1',
  total: { amount: 1890, currency: 'CNY' },
  corrections: { amount: 0, currency: 'CNY' },
  balance: { amount: 1890, currency: 'CNY' },
  vat: { amount: 0, currency: 'CNY' },
  state: 'unpaid' as const,
  energyWh: 14_000,
  createdAt: NOW,
  details: [
    {
      id: '00000000-0000-4000-8000-0000000000d1',
      number: '1',
      kind: 'charge' as const,
      sessionId: '7',
      pileId: 'T1',
      energyWh: 14_000,
      chargingSeconds: 7200,
      parkingSeconds: 0,
      startedAt: NOW,
      endedAt: NOW + 7_200_000,
      windows: [
        {
          from: '2026-11-22T08:00:00.000Z',
          to: '2026-11-22T10:00:00.000Z',
          kind: 'peak',
          price: '0.7000',
          energyWh: 14_000,
          fee: { amount: 770, currency: 'CNY' },
        },
      ],
      energyFee: { amount: 770, currency: 'CNY' },
      serviceFee: { amount: 1120, currency: 'CNY' },
      otherFee: { amount: 0, currency: 'CNY' },
      total: { amount: 1890, currency: 'CNY' },
      vat: { amount: 0, currency: 'CNY' },
      lines: [],
      stopReason: 'fault',
    },
  ],
}
