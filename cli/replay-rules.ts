import { policySchema } from '../central/core/queue/policy.ts'
import { parseRules, type Rules } from '../central/core/replay/rules.ts'
import { pointer, type Read, readFileAs, wrong } from './replay-input.ts'

/** Values that only one member of a policy has may stand alone: `single` is `dispatch=single`. */
const ALONE = new Map(
  (['pileChoice', 'faultPause', 'faultPolicy', 'dispatch'] as const).flatMap(key =>
    policySchema.shape[key].unwrap().options.map((value): [string, string] => [value, key]),
  ),
)
/** The timeline's own rules. */
export const OWN = 'own'

const WORDS = [OWN, ...ALONE.keys()].join(', ')
const INLINE = /^\s*[A-Za-z-]+\s*(=|,|$)/
const PILES = /^(\d+)(?:x(\d+(?:\.\d+)?))?$/

/**
 * Rules as they are told on the command line: `dispatch=single,pileChoice=any,fast=3x60`, the name of a JSON file with
 * `policy`, `site` and `tariff` (or the members of a policy alone), the same JSON itself, or `own` for no change.
 * Beside the members of a policy there are `fast` and `trickle` (`N` or `NxKW`), `queueLength`, `waitingCapacity`, and
 * `tariff` (a JSON file). A value that only one member has may stand alone.
 *
 * @param option what it was given to, for the problems: `--compare`
 */
export async function readRules(text: string, option: string): Promise<Read<Rules>> {
  const where = `${option} ${text}`
  if (text.trim() === OWN) return check({}, where)
  if (text.trimStart().startsWith('{')) {
    try {
      return check(JSON.parse(text), where)
    } catch (error) {
      return wrong(where, `not JSON: ${(error as Error).message}`)
    }
  }
  if (!INLINE.test(text)) return readFileAs(text, input => asValue(parseRules(input)))
  const policy: Record<string, unknown> = {}
  const site: Record<string, unknown> = {}
  const rules: Record<string, unknown> = { policy, site }
  for (const part of text.split(',')) {
    const [name = '', value] = part.split(/=(.*)/s).map(word => word.trim())
    const alone = ALONE.get(name)
    if (value === undefined && alone === undefined)
      return wrong(where, `${JSON.stringify(part)} is neither key=value nor one of ${WORDS} (a file: ./${name})`)
    if (value === undefined) policy[alone!] = name
    else if (name === 'tariff') {
      const tariff = await readTariff(value)
      if (!tariff.ok) return tariff
      rules.tariff = tariff.value
    } else if (name === 'fast' || name === 'trickle') {
      const [, count, kW] = PILES.exec(value) ?? []
      if (count === undefined) return wrong(where, `${name} is a number of piles, or NxKW such as 3x60`)
      site[name] = { count: Number(count), ...(kW === undefined ? {} : { kW: Number(kW) }) }
    } else if (name === 'queueLength' || name === 'waitingCapacity') site[name] = plain(value)
    else policy[name] = plain(value)
  }
  return check(rules, where)
}

/** A file with a tariff: checked here, so that its problems have its lines; the rules take it as it is. */
const readTariff = (file: string): Promise<Read<unknown>> =>
  readFileAs(file, input => {
    const parsed = parseRules({ tariff: input })
    return parsed.ok
      ? { ok: true, value: input }
      : { ok: false, problems: parsed.problems.map(each => ({ ...each, path: each.path.slice(1) })) }
  })

function check(input: unknown, where: string): Read<Rules> {
  const parsed = asValue(parseRules(input))
  if (parsed.ok) return parsed
  const problems = parsed.problems.map(({ path, message }) => ({ where, path: pointer(path), line: 0, message }))
  return { ok: false, problems }
}

const asValue = (parsed: ReturnType<typeof parseRules>) =>
  parsed.ok ? { ok: true as const, value: parsed.rules } : parsed

function plain(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true'
  if (value === 'null' || value === 'never') return null
  return value !== '' && Number.isFinite(Number(value)) ? Number(value) : value
}
