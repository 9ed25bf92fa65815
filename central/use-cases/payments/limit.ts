import type { ClientBase } from 'pg'
import type { EpochMs } from '../../../protocol/units.ts'
import { at } from '../../store/site/run.ts'
import { costSoFar } from '../site/view.ts'
import { askStop, notice, type SiteWork } from '../site/work.ts'
import { PROVIDERS } from './account.ts'

/** Whose money it is: a driver's, a tag's, or both. */
export interface Spender {
  userId: string | null
  idTag: string | null
}

interface BudgetState {
  period: 'session' | 'day' | 'month'
  limitMinor: number
  spentMinor: number
}

const BUDGETS = /* sql */ `
select b.period, b.limit_minor as "limitMinor", coalesce(case when b.period = 'session' then 0 else (
  select sum(d.total_minor) from billing_details d left join charging_sessions s on s.id = d.session_id
  where d.currency = b.currency and d.created_at >= date_trunc(b.period, ${at('$4')} at time zone $5) at time zone $5
    and (b.user_id is null or d.user_id = b.user_id) and (b.tag is null or lower(s.id_tag) = lower(b.tag))) end, 0)::bigint as "spentMinor"
from budgets b where b.currency = $3 and (b.user_id = $1 or lower(b.tag) = lower($2))`

/** Budgets of a spender with what was billed in their present local day or month. */
export async function budgetsOf(
  client: ClientBase,
  { userId, idTag }: Spender,
  { currency, timeZone }: { currency: string; timeZone: string },
  now: EpochMs,
): Promise<BudgetState[]> {
  return (await client.query<BudgetState>(BUDGETS, [userId, idTag, currency, now, timeZone])).rows
}

/**
 * What a spender may still spend beside their running sessions (`except` one), in minor units: balance and budgets,
 * whichever is least. Null where nobody limits them, and then nothing is rated.
 */
async function spendable(
  client: ClientBase,
  spender: Spender,
  site: { currency: string; timeZone: string },
  now: EpochMs,
  except: number | null,
): Promise<number | null> {
  const budgets = await budgetsOf(client, spender, site, now)
  const balances: number[] = []
  for (const provider of PROVIDERS) {
    const available = await provider.available(client, { userId: spender.userId, currency: site.currency })
    if (available !== null) balances.push(available - (await unbilled(client, spender.userId, site.currency)))
  }
  if (budgets.length + balances.length === 0) return null
  const running = await runningCost(client, spender, site.currency, except, now)
  return Math.min(
    ...budgets.map(({ period, limitMinor, spentMinor }) =>
      period === 'session' ? limitMinor : limitMinor - spentMinor - running,
    ),
    ...balances.map(balance => balance - running),
  )
}

/** Sessions of requests that go on have their details, and no bill yet that would have been paid. */
async function unbilled(client: ClientBase, userId: string | null, currency: string): Promise<number> {
  const { rows } = await client.query<{ minor: number }>(
    `select coalesce(sum(d.total_minor), 0)::bigint as minor from billing_details d join charging_requests r on r.id = d.request_id
     where d.user_id = $1 and d.currency = $2 and d.bill_id is null and r.status = 'active'`,
    [userId, currency],
  )
  return rows[0]?.minor ?? 0
}

interface RunningElsewhere {
  id: number
  startedAt: EpochMs
  meterStartMilliWh: number | null
  tariffVersionId: string | null
  timeZone: string
  currency: string
}

/** What the spender's other open sessions have cost so far, at any site with this currency. */
async function runningCost(
  client: ClientBase,
  spender: Spender,
  currency: string,
  except: number | null,
  now: EpochMs,
): Promise<number> {
  const { rows } = await client.query<RunningElsewhere>(
    `select s.id, s.started_at as "startedAt", s.meter_start_milli_wh as "meterStartMilliWh", s.tariff_version_id as "tariffVersionId",
       site.time_zone as "timeZone", site.currency
     from charging_sessions s join sites site on site.id = s.site_id
     where s.ended_at is null and site.currency = $3 and (s.user_id = $1 or lower(s.id_tag) = lower($2)) and s.id is distinct from $4`,
    [spender.userId, spender.idTag, currency, except],
  )
  let cost = 0
  for (const session of rows) cost += await costSoFar(client, session.id, now)
  return cost
}

/** Whether a driver has nothing left to charge with, so that a request is refused before anybody waits for it. */
export async function isSpent(
  client: ClientBase,
  spender: Spender,
  site: { currency: string; timeZone: string },
  now: EpochMs,
): Promise<boolean> {
  const left = await spendable(client, spender, site, now, null)
  return left !== null && left <= 0
}

const LIMITED = /* sql */ `
select s.id from charging_sessions s
where s.site_id = $1 and s.ended_at is null and s.request_id is not null
  and (exists (select from wallets w where w.user_id = s.user_id and w.currency = $2)
    or exists (select from budgets b where b.currency = $2 and (b.user_id = s.user_id or lower(b.tag) = lower(s.id_tag))))`

/**
 * Sessions of spenders with a limit: charging stops when it is reached, at the first reading that says so. The limit is
 * kept with the session, so that each of its readings asks for a look (store/statements/readings.ts).
 */
export async function stopAtLimits(work: SiteWork): Promise<void> {
  const { site } = work.snap
  const { rows } = await work.client.query<{ id: number }>({
    name: 'limited-sessions',
    text: LIMITED,
    values: [site.id, site.currency],
  })
  for (const { id } of rows) {
    const session = work.snap.sessions.find(one => one.id === id && one.endedAt === null)
    if (session === undefined || session.stopAskedAt !== null) continue
    const spender = { userId: session.userId, idTag: session.idTag }
    const limit = await spendable(work.client, spender, site, work.now, id)
    await work.client.query(
      'update charging_sessions set cost_limit_minor = $2 where id = $1 and cost_limit_minor is distinct from $2',
      [id, limit],
    )
    if (limit === null) continue
    const cost = await costSoFar(work.client, id, work.now)
    if (cost < limit) continue
    notice(work, 'request', `session ${id} has reached its limit of ${limit} minor units and is stopped`, {
      pileId: session.pileId,
      requestId: session.requestId,
      data: { costMinor: cost, limitMinor: limit, currency: site.currency },
    })
    await askStop(work, session, 'limit')
  }
}
