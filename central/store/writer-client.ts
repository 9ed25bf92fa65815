import { Client } from 'pg'
import { pgTypes } from './pg-types.ts'

/**
 * Every statement of the writer finds few rows by their keys, and its prepared plans live for days: without this, one
 * made while a table was small reads all of it when it has grown (measured: 100 ms instead of 5).
 */
const SETTINGS = 'set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off'

/** A connected client of the writer's own: pipelined, so that a group costs few round trips. */
export async function connectWriter(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    types: pgTypes,
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: 5000,
    application_name: 'gateway-writer',
  })
  // Until the writer listens: an error event without a listener ends the process.
  client.on('error', () => {})
  await client.connect()
  await client.query(SETTINGS)
  return client
}
