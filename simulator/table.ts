import type { SimulationEvent } from './events.ts'
import type { PileSnapshot } from './pile-types.ts'

const CLEAR = '\x1b[H\x1b[J'
const EVENT_LINES = 12

const clockText = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

/** The screen of a running simulation: one row for each pile, the latest events below. */
export function drawTable(
  now: number,
  speed: number,
  piles: readonly PileSnapshot[],
  events: readonly SimulationEvent[],
): string {
  const rows = piles.map(pile =>
    [
      pile.pileId.padEnd(6),
      (pile.connected ? pile.status : 'no link').padEnd(14),
      (pile.driver ?? '').padEnd(18),
      (pile.session ? `${(pile.energyWh / 1000).toFixed(2)} kWh` : '').padStart(10),
      (pile.session ? `${(pile.powerW / 1000).toFixed(1)} kW` : '').padStart(8),
      (pile.socPercent === null ? '' : `${pile.socPercent} %`).padStart(6),
    ].join(' '),
  )
  const head = `${clockText(now)} UTC, ${speed} times real time`
  const lines = events.slice(-EVENT_LINES).map(event => `${clockText(event.at).slice(11)}  ${event.text}`)
  return `${CLEAR}${[head, '', ...rows, '', ...lines].join('\n')}\n`
}
