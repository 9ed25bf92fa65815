import type { Answer } from '../central/core/replay/print.ts'
import { columns } from './columns.ts'

/** An answer for people: sessions, then snapshots, refusals and figures. */
export function toTable({ details, snapshots, rejected, end, totals, metrics }: Answer): string {
  const withOther = details.some(({ otherFee }) => otherFee !== undefined)
  const blocks = [
    columns(
      [
        ...['vehicle', 'number', 'pile', 'from', 'to', 'kWh', 'energy', 'service'],
        ...(withOther ? ['other'] : []),
        ...['total', 'reason'],
      ],
      details.map(row => [
        row.vehicle,
        row.number,
        row.pile,
        row.from,
        row.to,
        row.kWh.toFixed(3),
        row.energyFee,
        row.serviceFee,
        ...(withOther ? [row.otherFee ?? ''] : []),
        row.total,
        row.reason,
      ]),
    ),
  ]
  for (const { at, piles, faultQueue, waiting } of snapshots) {
    const rows = [
      ...Object.entries({ ...piles, 'fault queue F': faultQueue.F, 'fault queue T': faultQueue.T }).flatMap(
        ([place, cars]) =>
          cars.map((car, index) => [index === 0 ? place : '', car.vehicle, car.number, car.kWh.toFixed(3), car.fee]),
      ),
      ...waiting.map((car, index) => [
        index === 0 ? 'waiting' : '',
        car.vehicle,
        car.number,
        `${car.kWh.toFixed(3)} asked`,
        '',
      ]),
    ]
    blocks.push(`At ${at}\n${columns(['place', 'vehicle', 'number', 'kWh', 'fee'], rows)}`)
  }
  if (rejected.length > 0) {
    const rows = rejected.map(({ at, vehicle, type, reason }) => [at, vehicle, type, reason])
    blocks.push(`Refused\n${columns(['at', 'vehicle', 'event', 'reason'], rows)}`)
  }
  blocks.push(
    [
      `End ${end}. ${details.length} sessions, ${totals.energyKWh} kWh, ${totals.fee} in all.`,
      `Wait until charging: mean ${metrics.meanWaitMin} min, longest ${metrics.maxWaitMin} min; ${metrics.refused} turned away.\n`,
    ].join('\n'),
  )
  return blocks.join('\n\n')
}
