import { chainedSites, linkOfHash, verifyChain } from '../central/store/ledger/verify.ts'
import { openDatabase } from '../central/store/orm.ts'
import type { Config } from '../config/schema.ts'
import { createLog } from './log.ts'
import { withDatabase } from './prepared.ts'

export interface DoctorOptions {
  json?: boolean
  /** A last hash that was noted earlier, elsewhere. */
  noted?: string
}

/** Real ms between lines of progress. */
const PROGRESS_MS = 2_000

/**
 * `doctor`: walks the chain of every site's ledger and names the first broken link. Returns the exit code: 0 when every
 * chain holds, 1 when one is broken or the noted hash is in none.
 */
export function doctorCommand(config: Config, { json = false, noted }: DoctorOptions): Promise<number> {
  const log = createLog(config.log)
  return withDatabase(config, log, async url => {
    const database = await openDatabase({ url, poolSize: 1, log })
    const { pool } = database
    try {
      const chains = []
      for (const site of await chainedSites(pool)) {
        let told = performance.now()
        chains.push(
          await verifyChain(pool, site, links => {
            if (performance.now() - told < PROGRESS_MS) return
            told = performance.now()
            console.error(`${site}: ${links} links so far`)
          }),
        )
      }
      const found = noted === undefined ? undefined : await linkOfHash(pool, noted)
      const holds = chains.every(({ breach }) => breach === null) && (noted === undefined || found !== undefined)
      if (json) console.log(JSON.stringify({ holds, chains, ...(noted !== undefined && { noted: found ?? null }) }))
      else {
        for (const { siteId, links, head, breach } of chains)
          console.log(
            breach === null
              ? `${siteId}: the chain holds, ${links} links${head === null ? '' : `, last hash ${head}`}`
              : `${siteId}: BROKEN after ${links} links: ${breach.text}`,
          )
        if (noted !== undefined)
          console.log(
            found === undefined
              ? `BROKEN: the noted hash ${noted} is in no chain: a chain was written anew`
              : `The noted hash is link ${found.seq} of ${found.siteId}: all up to there is as it was then.`,
          )
      }
      return holds ? 0 : 1
    } finally {
      await database.close()
    }
  })
}
