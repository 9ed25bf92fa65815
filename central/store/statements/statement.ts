import type { QueryResultRow } from 'pg'

/** The connection of the group's transaction. Queries are pipelined: send what is independent without waiting. */
export interface Connection {
  query<R extends QueryResultRow>(query: {
    name?: string
    text: string
    values?: unknown[]
  }): Promise<{ rows: R[]; rowCount: number | null }>
}

/** One kind of effect: how all effects of that kind in a group reach the database together. */
export interface Statement<Effect, Result> {
  /** Applies the effects inside the group's transaction. Results in the order of the effects. */
  run(connection: Connection, effects: readonly Effect[]): Promise<Result[]>
  /** What the submitter of an effect gets that the database would not take; outside of any transaction. */
  quarantined(connection: Connection, effect: Effect): Promise<Result>
  /**
   * The result of an effect that was tried again after a COMMIT of unknown outcome: it may repeat itself, so that what
   * looks unchanged may have been changed by the first try.
   */
  doubtful?(result: Result): Result
}
