import type { Client } from 'pg'
import type { Appended, Effects, Kind, Statements } from './statements/index.ts'
import { storable, storableJson } from './statements/rows.ts'
import type { Statement } from './statements/statement.ts'

/** An effect on its way to the database. */
export interface Entry {
  kind: Kind
  effect: Effects[keyof Effects] | Appended[keyof Appended]
  /** Real time of its submission. */
  since: number
  /** It was in a COMMIT whose outcome nobody knows. */
  doubtful: boolean
  resolve(result: unknown): void
  reject(error: Error): void
}

type AnyStatement = Statement<unknown, unknown>
const statementOf = (statements: Statements, kind: Kind): AnyStatement => statements[kind] as unknown as AnyStatement

/** What went wrong, whether the connection survived, and whether the transaction may nevertheless be committed. */
export class GroupError extends Error {
  readonly connected: boolean
  readonly doubtful: boolean

  constructor(cause: unknown, state: { connected: boolean; doubtful: boolean }) {
    super('group failed', { cause })
    this.connected = state.connected
    this.doubtful = state.doubtful
  }
}

/**
 * Applies the entries in one transaction, kind by kind, each kind with set-based statements. Results in the order of
 * the entries, told only after COMMIT. Starts come last: a stop in the same group has freed its tag by then.
 */
export async function commitGroup(
  client: Client,
  statements: Statements,
  entries: readonly Entry[],
): Promise<unknown[]> {
  const kinds = Map.groupBy(entries.keys(), index => entries[index]!.kind)
  const starts = kinds.get('start')
  kinds.delete('start')
  const results: unknown[] = []
  const run = async (kind: Kind, indexes: number[]): Promise<void> => {
    const statement = statementOf(statements, kind)
    const list = await statement.run(
      client,
      indexes.map(index => entries[index]!.effect),
    )
    for (const [position, index] of indexes.entries()) {
      const result = list[position]
      results[index] = entries[index]!.doubtful && statement.doubtful ? statement.doubtful(result) : result
    }
  }
  let committing = false
  try {
    await everyOne([client.query('begin'), ...[...kinds].map(([kind, indexes]) => run(kind, indexes))])
    if (starts) await run('start', starts)
    committing = true
    const { command } = await client.query('commit')
    if (command !== 'COMMIT') throw new Error(`the transaction ended with ${command}`)
    return results
  } catch (cause) {
    // A COMMIT that was refused did not happen; one without an answer, or cut off by a shutdown (57P), may have.
    const refused = /^(?!57P)[0-9A-Z]{5}$/.test(String((cause as { code?: unknown }).code))
    throw new GroupError(cause, { doubtful: committing && !refused, connected: await answers(client, 'rollback') })
  }
}

export const answers = (client: Client, query: string): Promise<boolean> =>
  client.query(query).then(
    () => true,
    () => false,
  )

/** Waits for all, so that nothing is still on the wire, then throws what went wrong first of all. */
async function everyOne(work: Promise<unknown>[]): Promise<void> {
  const failures = (await Promise.allSettled(work)).flatMap(outcome =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  )
  if (failures.length === 0) return
  // 25P02: only says that another statement of the transaction has failed.
  throw failures.find(failure => (failure as { code?: string }).code !== '25P02') ?? failures[0]
}

const QUARANTINE = 'insert into quarantined_effects (kind, charge_point_id, effect, error) values ($1, $2, $3, $4)'

/** Puts an effect that the database will not take aside, with its content, and gives what its submitter is told. */
export async function quarantine(
  client: Client,
  statements: Statements,
  { kind, effect }: Entry,
  error: unknown,
): Promise<unknown> {
  const values = [
    kind,
    storable(effect.chargePointId),
    storableJson(effect),
    storable(String((error as Error).message ?? error)),
  ]
  await client.query(QUARANTINE, values)
  const result = await statementOf(statements, kind).quarantined(client, effect)
  return typeof result === 'object' && result !== null ? { ...result, quarantined: true } : result
}
