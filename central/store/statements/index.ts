import type { FrameRecord } from '../../../protocol/charger/link.ts'
import { type BootEffect, type BootResult, boot } from './boot.ts'
import { frame } from './frame.ts'
import { type LinkEffect, type LinkResult, link } from './link.ts'
import { type ReadingsEffect, type ReadingsResult, readings } from './readings.ts'
import { type Seen, seen } from './seen.ts'
import { createStart, type Decide, type StartEffect, type StartResult } from './start.ts'
import type { Statement } from './statement.ts'
import { type StatusEffect, type StatusResult, status } from './status.ts'
import { createStop, type StopEffect, type StopResult } from './stop.ts'

/** Effects that are answered after their commit. */
export interface Effects {
  link: LinkEffect
  boot: BootEffect
  status: StatusEffect
  readings: ReadingsEffect
  stop: StopEffect
  start: StartEffect
}

export interface Results {
  link: LinkResult
  boot: BootResult
  status: StatusResult
  readings: ReadingsResult
  stop: StopResult
  start: StartResult
}

/** Effects that nobody waits for. */
export interface Appended {
  frame: FrameRecord
  seen: Seen
}

export type Kind = keyof Effects | keyof Appended

export type Statements = { [K in keyof Effects]: Statement<Effects[K], Results[K]> } & {
  [K in keyof Appended]: Statement<Appended[K], void>
}

export const createStatements = (decide: Decide): Statements => ({
  frame,
  seen,
  link,
  boot,
  status,
  readings,
  stop: createStop(decide),
  start: createStart(decide),
})
