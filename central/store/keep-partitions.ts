import { Cron } from 'croner'
import type { Pool } from 'pg'
import type { Clock } from '../../protocol/clock.ts'
import type { Log } from './log.ts'
import { dropOldPartitions, ensurePartitions } from './partitions.ts'

/** Makes coming partitions and drops old ones, now and every hour. Readings are cut by charging time, frames by real time. */
export async function keepPartitions({
  pool,
  clock,
  log,
  retention,
}: {
  pool: Pool
  clock: Clock
  log: Log
  retention: { messagesDays: number; readingsDays: number }
}): Promise<{ stop(): void }> {
  const keep = async (): Promise<void> => {
    await ensurePartitions(pool, Date.now())
    if (clock.speed !== 1) await ensurePartitions(pool, clock.now())
    const dropped = await dropOldPartitions(pool, Date.now(), {
      meterValuesDays: retention.readingsDays,
      ocppMessagesDays: retention.messagesDays,
    })
    if (dropped.length > 0) log.info({ dropped }, 'old partitions dropped')
  }
  await keep()
  const job = new Cron(
    '7 * * * *',
    { protect: true, unref: true, catch: error => log.error({ err: error }, 'partitions could not be kept') },
    keep,
  )
  return { stop: () => job.stop() }
}
