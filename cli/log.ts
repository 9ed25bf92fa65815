import { destination, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import type { Config } from '../config/schema.ts'

/** Facts with fields, on standard error: standard output is for what programs read. */
export function createLog({ level, pretty: forPeople = process.stderr.isTTY === true }: Config['log']): Logger {
  const stream = forPeople
    ? pretty({ destination: 2, ignore: 'pid,hostname', sync: true })
    : destination({ dest: 2, sync: false })
  return pino({ level }, stream)
}
