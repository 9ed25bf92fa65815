import { parseTimeline } from '../../../central/core/replay/parse.ts'
import { type Answer, toAnswer } from '../../../central/core/replay/print.ts'
import { simulate } from '../../../central/core/replay/simulate.ts'

type Json = Record<string, unknown>

/** One fast pile of 60 kW (1 kWh a minute) and one trickle pile of 6 kW, two places each, three waiting. */
export const smallSite = {
  timeZone: 'Asia/Shanghai',
  fast: { count: 1, kW: 60 },
  trickle: { count: 1, kW: 6 },
  queueLength: 2,
  waitingCapacity: 3,
}

/** Runs a timeline that must be valid. */
export function run(timeline: Json): Answer {
  const parsed = parseTimeline({ site: smallSite, ...timeline })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return toAnswer(parsed.timeline, simulate(parsed.timeline))
}

export const request = (at: string, vehicle: string, mode: string, kWh: number): Json => {
  return { at, type: 'request', vehicle, mode, kWh }
}

/** `V1 F1@F1 06:00:00-06:10:00 10 full`. */
export const lines = ({ details }: Answer): string[] =>
  details.map(
    ({ vehicle, number, pile, from, to, kWh, reason }) => `${vehicle} ${number}@${pile} ${from}-${to} ${kWh} ${reason}`,
  )
