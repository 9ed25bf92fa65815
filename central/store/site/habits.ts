import type { ClientBase, Pool } from 'pg'
import type { Changeover } from '../../core/dispatch/habits.ts'

const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)`

/** How the last cars of a site came to charge, those who were called and came. */
const CHANGEOVERS = /* sql */ `
select ${ms('r.created_at')}::float8 as "requestedAt", ${ms('r.first_called_at')}::float8 as "turnAt",
       ${ms('r.first_started_at')}::float8 as "startedAt",
       ${ms('least(d.at, r.first_called_at)')}::float8 as "calledAt",
       case when b.started_at is not null then json_build_object('startedAt', ${ms('b.started_at')}, 'endedAt', ${ms('b.ended_at')},
         'energy', b.energy_milli_wh, 'asked', b.target_milli_wh) end as before
from (
  select * from charging_requests
  where site_id = $1 and first_started_at is not null and first_called_at is not null and no_shows = 0
  order by created_at desc limit 20) r
cross join lateral (select pile_id, started_at from charging_sessions where request_id = r.id order by id limit 1) s
left join lateral (
  select at from dispatch_decisions where request_id = r.id and pile_id = s.pile_id and to_place = 'pile' order by id desc limit 1) d on true
left join lateral (
  select started_at, ended_at, energy_milli_wh, target_milli_wh from charging_sessions
  where pile_id = s.pile_id and started_at < s.started_at and ended_at is not null order by started_at desc limit 1) b on true`

/** The usual power of a pile: median of the averages of its last ten sessions, of three at least. */
const POWERS = /* sql */ `
select p.id, percentile_cont(0.5) within group (order by s.energy_milli_wh * 3600 / ${ms('(s.ended_at - s.started_at)')})::float8 as "powerW"
from charging_piles p
cross join lateral (
  select energy_milli_wh, started_at, ended_at from charging_sessions
  where pile_id = p.id and ended_at > started_at and energy_milli_wh >= 100000 order by started_at desc limit 10) s
where p.site_id = $1 group by p.id having count(*) >= 3`

/** What has been measured of a site's people and piles lately. */
export async function loadExperience(
  db: ClientBase | Pool,
  siteId: string,
): Promise<{ changeovers: Changeover[]; usualPowerW: Map<string, number> }> {
  const changeovers = await db.query<Changeover>({ name: 'site-changeovers', text: CHANGEOVERS, values: [siteId] })
  const powers = await db.query<{ id: string; powerW: number }>({
    name: 'site-usual-powers',
    text: POWERS,
    values: [siteId],
  })
  return {
    changeovers: changeovers.rows,
    usualPowerW: new Map(powers.rows.map(({ id, powerW }) => [id, Math.round(powerW)])),
  }
}
