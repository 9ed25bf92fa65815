import t from 'tap'
import { createRandom } from '../../simulator/random.ts'
import { createChaos } from '../support/any-order.ts'
import { openVirtualSite, type VirtualSite } from '../support/virtual-site.ts'

const PILES = ['F1', 'F2', 'T1', 'T2']

/** What must hold whenever nothing is under way; each query names what breaks it. */
const NEVER: Record<string, string> = {
  'an active request without a place, or in two': `
    select r.id, r.number, count(q.request_id) from charging_requests r left join queue_status q on q.request_id = r.id
    where r.status = 'active' group by r.id having count(q.request_id) <> 1`,
  'a place of a request that has ended': `
    select r.number from queue_status q join charging_requests r on r.id = q.request_id where r.status <> 'active'`,
  'two cars at one place of a queue, or a gap in it': `
    select place, pile_id, mode from (
      select q.place, q.pile_id, case when q.place = 'fault' then r.mode end as mode, array_agg(q.position order by q.position) as seen, count(*) as cars
      from queue_status q join charging_requests r on r.id = q.request_id group by 1, 2, 3) queues
    where seen <> array(select generate_series(0, cars - 1))::int[]`,
  'a car at a pile that is none, or in an area with a pile': `
    select request_id from queue_status where (place = 'pile') <> (pile_id is not null)`,
  'a car at a pile of another mode': `
    select r.number from queue_status q join charging_requests r on r.id = q.request_id join charging_piles p on p.id = q.pile_id
    where p.mode <> r.mode`,
  'a number that was given before an older one': `
    select mode, number from (
      select mode, number, lag(number) over (partition by mode order by numbered_at, number) as before from charging_requests) numbers
    where number <= before`,
  'a number above the counter': `
    select r.number from charging_requests r join sites s on s.id = r.site_id
    where r.number >= case r.mode when 'fast' then s.next_fast_number else s.next_trickle_number end`,
  'a vehicle with two active requests': `
    select vehicle_id from charging_requests where status = 'active' and vehicle_id is not null group by 1 having count(*) > 1`,
  'a session billed twice': `
    select session_id from billing_details where kind = 'charge' group by 1 having count(*) > 1`,
  'a decision about a car that nothing moved': `
    select id from dispatch_decisions where (to_place = 'pile') <> (pile_id is not null)`,
}

async function broken({ pool }: VirtualSite): Promise<string[]> {
  const found: string[] = []
  for (const [what, sql] of Object.entries(NEVER)) {
    const { rows } = await pool.query(sql)
    if (rows.length > 0) found.push(`${what}: ${JSON.stringify(rows)}`)
  }
  return found
}

for (const seed of [1, 2, 3]) {
  t.test(`whatever people and chargers do in whatever order, every car is in one place: ${seed}`, async t => {
    const site = await openVirtualSite(t, {
      fast: { count: 2, powerW: 22_000 },
      trickle: { count: 2, powerW: 7000 },
      queueLength: 2,
      waitingCapacity: 4,
      at: Date.UTC(2026, 5, 1),
    })
    for (const id of PILES) await site.connect(id)
    const random = createRandom(seed)
    const chaos = createChaos(site, PILES, await site.drivers(14), random)
    const wrong: string[] = []
    for (let step = 0; step < 120 && wrong.length === 0; step++) {
      await Promise.all(Array.from({ length: random.integer(1, 4) }, chaos.act))
      await site.settle()
      if (random.chance(0.4)) await site.dueUntil(site.clock.now() + random.integer(1, 8) * 60_000)
      wrong.push(...(await broken(site)).map(what => `step ${step}: ${what}`))
    }
    t.same(wrong, [])
    await chaos.calm()
    t.same(await broken(site), [], 'also when all has come to rest')
    const { rows } = await site.pool.query(
      `select count(*)::int as requests, count(first_started_at)::int as started from charging_requests`,
    )
    t.ok(rows[0].requests > 15 && rows[0].started > 5, `${rows[0].requests} requests, ${rows[0].started} charged`)
  })
}
