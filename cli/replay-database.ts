import { timelineOf } from '../central/core/replay/from-recorded.ts'
import { parseTimeline } from '../central/core/replay/parse.ts'
import { recordedSide } from '../central/core/replay/recorded-side.ts'
import { openDatabase } from '../central/store/orm.ts'
import { recordedDays } from '../central/store/views/recorded-days.ts'
import type { Config } from '../config/schema.ts'
import { createLog } from './log.ts'
import { withDatabase } from './prepared.ts'
import type { Source } from './replay.ts'
import { pointer, type Read, wrong } from './replay-input.ts'

/** More days than this are no what-if. */
const MOST_DAYS = 366

/** Recorded days of a site as a timeline, and how they went. Local days, the last included. */
export async function readRecorded(
  config: Config,
  { siteId, date, to = date }: { siteId: string; date: string; to?: string | undefined },
): Promise<Read<Source & { document: object }>> {
  const [first, last] = [dateOf(date), dateOf(to)]
  if (first === null) return wrong('--date', `not a day (YYYY-MM-DD): ${date}`)
  if (last === null) return wrong('--to', `not a day (YYYY-MM-DD): ${to}`)
  const count = first.until(last).days + 1
  if (count < 1) return wrong('--to', `${to} is before ${date}`)
  if (count > MOST_DAYS) return wrong('--to', `at most ${MOST_DAYS} days`)
  const log = createLog(config.log)
  const midnight = (day: Temporal.PlainDate, zone: string) => day.toZonedDateTime(zone).epochMilliseconds
  const days = await withDatabase(config, log, async url => {
    const database = await openDatabase({ url, poolSize: 2, log, silenceMs: 0 })
    try {
      return await recordedDays(database.pool, siteId, zone => ({
        from: midnight(first, zone),
        to: midnight(last.add({ days: 1 }), zone),
      }))
    } finally {
      await database.close()
    }
  })
  if (days === undefined) return wrong('--from-database', `there is no site ${siteId}`)
  const document = timelineOf(days, config.charging.offlineTimeoutMinutes * 60_000)
  const parsed = parseTimeline(document)
  if (!parsed.ok) {
    const problems = parsed.problems.map(({ path, message }) => {
      return { where: `${siteId} ${date}`, path: pointer(path), line: 0, message }
    })
    return { ok: false, problems }
  }
  const notes = days.requests.length + days.refusals.length === 0 ? [`${siteId} has no requests in these days`] : []
  return { ok: true, value: { timeline: parsed.timeline, recorded: recordedSide(days), notes, document } }
}

function dateOf(text: string): Temporal.PlainDate | null {
  try {
    return /^\d{4}-\d{2}-\d{2}$/.test(text) ? Temporal.PlainDate.from(text) : null
  } catch {
    return null
  }
}
