import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Settings of test servers: what tests prove does not depend on a power cut, and nothing is faster than no fsync. */
export const TEST_SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '300', autovacuum: 'off' }

/** The data folder of the server that test files run by hand share. */
export const SHARED_FOLDER = join(tmpdir(), `ev-test-postgres-${process.getuid?.() ?? 'user'}`)

/** Where its keeper writes the URL. */
export const SHARED_URL = join(SHARED_FOLDER, 'url')
