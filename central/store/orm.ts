import type { Socket } from 'node:net'
import { UnderscoreNamingStrategy } from '@mikro-orm/core'
import { Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/postgresql'
import { Pool, type PoolClient } from 'pg'
import { migrations } from '../../migrations/index.ts'
import { entities } from './entities/index.ts'
import type { Log } from './log.ts'
import { pgTypes } from './pg-types.ts'

/**
 * Two ways to one database. `orm` for back-office work: fork an EntityManager per unit of work. `pool` for statements
 * written by hand. Nobody may hold a connection of one while asking for another of either: a burst would use them all
 * up and wait for ever.
 */
export interface Database {
  orm: MikroORM
  pool: Pool
  url: string
  close(): Promise<void>
}

/** PostgreSQL's own names, so that what the schema comparison finds is a difference. */
class PostgresNames extends UnderscoreNamingStrategy {
  override indexName(
    table: string,
    columns: string[],
    type: 'primary' | 'foreign' | 'unique' | 'index' | 'sequence' | 'check',
  ): string {
    const suffix = { primary: 'pkey', foreign: 'fkey', unique: 'key', index: 'idx', sequence: 'seq', check: 'check' }[
      type
    ]
    return type === 'primary' ? `${table}_pkey` : [table, ...columns, suffix].join('_')
  }
}

/** A connection in use that carries nothing for so long, real ms, carries nothing any more: a cable is out, a machine stands still. */
const SILENCE_MS = 15_000
/** How long somebody waits for a connection, real ms. */
const CONNECT_MS = 10_000

/**
 * Opens both ways; nothing is connected until first used, so it succeeds while the database is away.
 *
 * @param options.silenceMs bound on one statement, real ms; 0 for work that may take long.
 */
export async function openDatabase(options: {
  url: string
  poolSize: number
  log: Log
  silenceMs?: number
}): Promise<Database> {
  const { url, poolSize, log, silenceMs = SILENCE_MS } = options
  const guard = (pool: Pool): void => void pool.on('connect', client => guardConnection(client, silenceMs, log))
  const orm = await MikroORM.init({
    clientUrl: url,
    entities,
    extensions: [Migrator],
    namingStrategy: PostgresNames,
    pool: { min: 0, max: poolSize },
    driverOptions: { types: pgTypes, connectionTimeoutMillis: CONNECT_MS, onPoolCreated: guard },
    logger: message => log.warn({ part: 'orm' }, message),
    migrations: { migrationsList: migrations, snapshot: false, tableName: 'migrations', allOrNothing: true },
    schemaGenerator: { skipTables: ['migrations', /^(meter_values|ocpp_messages)_/] },
  })
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    types: pgTypes,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'gateway',
  })
  guard(pool)
  // A dropped idle connection is replaced at the next use; without a listener it would end the process.
  pool.on('error', error => log.warn({ error: error.message }, 'database connection lost'))
  return {
    orm,
    pool,
    url,
    async close() {
      await Promise.all([orm.close(true), pool.end()])
    },
  }
}

/**
 * The pool looks after a connection only while nobody uses it: one that breaks in somebody's hands emits an error that
 * would end the process. Whoever uses it hears of it from their statement.
 */
function guardConnection(client: PoolClient, silenceMs: number, log: Log): void {
  client.on('error', error => log.warn({ error: error.message }, 'database connection lost'))
  const stream = client.connection.stream as Socket
  stream.setTimeout(silenceMs, () => stream.destroy())
}
