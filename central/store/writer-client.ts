import { Client } from 'pg'
import { pgTypes } from './pg-types.ts'

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
  return client
}
