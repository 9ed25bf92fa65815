import type { ClientBase } from 'pg'

/** Runs one statement in the site's transaction; how many rows it touched. */
export type Run = (text: string, values: unknown[]) => Promise<number>

export const runOn =
  (client: ClientBase): Run =>
  async (text, values) =>
    (await client.query(text, values)).rowCount ?? 0

/** Runs one statement in the site's transaction; its rows. */
export type Ask = <R extends object>(text: string, values: unknown[]) => Promise<R[]>

export const askOn =
  (client: ClientBase): Ask =>
  async <R extends object>(text: string, values: unknown[]) =>
    (await client.query<R>(text, values)).rows

/** Times cross this border as epoch milliseconds; SQL makes `timestamptz` of them. */
export const at = (parameter: string): string => `to_timestamp(${parameter}::double precision / 1000)`
