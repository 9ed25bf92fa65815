import { once } from 'node:events'
import t from 'tap'
import { silentLog } from '../../central/store/log.ts'
import { createWriter } from '../../central/store/writer.ts'
import { connectWriter } from '../../central/store/writer-client.ts'
import type { FrameRecord } from '../../protocol/charger/link.ts'
import { NOW, type Store, start, store, writerOf } from './fixture.ts'

const frame = (raw: string, chargePointId = 'A'): FrameRecord => ({
  chargePointId,
  at: NOW,
  direction: 'in',
  kind: 'call',
  messageId: '1',
  action: 'Heartbeat',
  raw,
  latencyMs: null,
  notes: ['a "b"', 'c\\'],
})
const boot = (s: Store, chargePointId: string, model = 'M') =>
  s.writer.submit('boot', { chargePointId, vendor: 'V', model, details: {}, at: NOW })

/** Makes charge points P0, P1, ... */
const points = async (s: Store, count: number): Promise<string[]> => {
  const ids = Array.from({ length: count }, (_, i) => `P${i}`)
  await s.pool.query(
    "insert into charge_points (id, site_id, created_at) select id, 'S', now() from unnest($1::text[]) id",
    [ids],
  )
  return ids
}

/** What happens when a charge point boots with a model of that name: a deferred trigger, it fires in COMMIT. */
const atCommit = (s: Store, model: string, body: string) =>
  s.pool.query(`
    create sequence tries;
    create function trouble() returns trigger language plpgsql as $$ begin ${body}; return null; end $$;
    create constraint trigger trouble after update on charge_points deferrable initially deferred
    for each row when (new.model = '${model}') execute function trouble();`)

t.test('while a group is in flight the next one collects', async t => {
  const s = await store(t)
  const ids = await points(s, 300)
  await boot(s, 'A')
  const results = await Promise.all(ids.map(id => boot(s, id)))
  t.ok(results.every(result => result.registration === 'accepted'))
  t.match(s.writer.stats(), { connected: true, waiting: 0, inFlight: 0, committed: 301, quarantined: 0 })
  t.ok(s.writer.stats().groups <= 3, `${s.writer.stats().groups} groups`)
})

t.test('a result is told when everybody can see its effect', async t => {
  const s = await store(t)
  for (const id of await points(s, 20)) {
    await boot(s, id, `model of ${id}`)
    t.equal((await s.one('select model from charge_points where id = $1', [id])).model, `model of ${id}`)
  }
})

t.test('what fails in COMMIT itself is not acknowledged', async t => {
  const s = await store(t)
  await atCommit(s, 'bad', "raise exception 'no'")
  const [good, bad] = await Promise.all([boot(s, 'A'), boot(s, 'B', 'bad')])
  t.strictSame(good, { siteId: 'S', registration: 'accepted', featuresUnknown: true })
  t.match(bad, { quarantined: true })
  t.match(await s.one("select model from charge_points where id = 'B'"), { model: null })
})

t.test('one bad effect takes no other down and is set aside with its content', async t => {
  const s = await store(t)
  const ids = await points(s, 16)
  await s.pool.query("alter table charge_points add constraint odd check (model <> 'bad')")
  const results = await Promise.all(ids.map(id => boot(s, id, id === 'P11' ? 'bad' : 'good')))
  t.strictSame(
    results.flatMap((result, i) => (result.quarantined ? [ids[i]] : [])),
    ['P11'],
  )
  t.equal((await s.one("select count(*) from charge_points where model = 'good'")).count, 15)
  t.match(await s.one('select * from quarantined_effects'), {
    kind: 'boot',
    charge_point_id: 'P11',
    effect: { model: 'bad', vendor: 'V' },
    error: /odd/,
  })
  t.equal(s.writer.stats().quarantined, 1)
})

t.test('an effect that cannot even be set aside is refused', async t => {
  const s = await store(t)
  await s.pool.query(
    "alter table charge_points add constraint odd check (model <> 'bad'); drop table quarantined_effects",
  )
  await t.rejects(boot(s, 'A', 'bad'), { code: 'internal' })
  t.match(await boot(s, 'A'), { registration: 'accepted' })
})

t.test('a conflict with another transaction is tried again, not set aside', async t => {
  const s = await store(t)
  await atCommit(
    s,
    'unlucky',
    "if nextval('tries') < 3 then raise exception 'serialization' using errcode = '40001'; end if",
  )
  t.match(await boot(s, 'A', 'unlucky'), { registration: 'accepted', quarantined: undefined })
  t.equal(s.writer.stats().retried, 2)
})

t.test('a connection that is cut in COMMIT is replaced; the effect is applied, and told as done', async t => {
  const s = await store(t)
  await s.writer.submit('start', start({ startKey: 'k' }))
  await s.pool.query(`
    create sequence tries;
    create function trouble() returns trigger language plpgsql as $$ begin
      if nextval('tries') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if; return null;
    end $$;
    create constraint trigger trouble after update on charging_sessions deferrable initially deferred for each row execute function trouble()`)
  const result = await s.writer.submit('stop', {
    chargePointId: 'A',
    startKey: 'k',
    receivedAt: NOW,
    reason: 'Local',
    readings: [],
  })
  t.match(result, { outcome: 'ended' })
  t.match(s.writer.stats(), { retried: 1, quarantined: 0, connected: true })
})

t.test('after a COMMIT of unknown outcome a repetition is told as a change', async t => {
  const s = await store(t)
  // The answer to the first COMMIT is lost on the way: it has happened.
  let lost = false
  const writer = createWriter({
    log: silentLog,
    connect: async () => {
      const client = await connectWriter(s.database.url)
      const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
      const losing = async (...args: unknown[]) => {
        const answer = await query(...args)
        if (args[0] !== 'commit' || lost) return answer
        lost = true
        client.connection.stream.destroy()
        throw new Error('Connection terminated unexpectedly')
      }
      return Object.assign(client, { query: losing })
    },
  })
  t.teardown(async () => writer[Symbol.asyncDispose]())
  const status = {
    chargePointId: 'A',
    connectorId: 1,
    status: 'Charging',
    errorCode: 'NoError',
    receivedAt: NOW,
  } as const
  t.match(await writer.submit('status', status), { changed: true })
  t.equal(lost, true)
  t.match(await writer.submit('status', status), { changed: false })
})

t.test('an idle connection that was cut is replaced', async t => {
  const s = await store(t)
  await boot(s, 'A')
  await s.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gateway-writer' and datname = current_database()",
  )
  t.match(await boot(s, 'A', 'again'), { registration: 'accepted' })
})

t.test('effects of one charge point are applied in the order in which they were submitted', async t => {
  const s = await store(t)
  const statuses = ['Preparing', 'Charging', 'SuspendedEV', 'Charging', 'Finishing', 'Available'] as const
  const results = await Promise.all(
    statuses.map(status =>
      s.writer.submit('status', { chargePointId: 'A', connectorId: 1, status, errorCode: 'NoError', receivedAt: NOW }),
    ),
  )
  t.ok(results.every(result => result.changed))
  t.equal((await s.one("select status from charging_piles where id = 'A'")).status, 'Available')
})

t.test('a frame is never durable later than an effect submitted after it', async t => {
  const s = await store(t)
  for (let i = 0; i < 50; i++) {
    s.writer.append('frame', frame(`f${i} \0 "quoted"`, 'A'))
    await boot(s, 'A')
    t.equal((await s.one('select count(*) from ocpp_messages')).count, i + 1)
  }
  t.match(await s.one('select * from ocpp_messages order by seq desc limit 1'), {
    charge_point_id: 'A',
    real_at: NOW,
    direction: 'in',
    kind: 'call',
    message_id: '1',
    action: 'Heartbeat',
    raw: 'f49 \u{FFFD} "quoted"',
    latency_ms: null,
    notes: ['a "b"', 'c\\'],
  })
})

t.test('frames and heartbeats are flushed though nobody submits anything', async t => {
  const s = await store(t)
  await s.pool.query(`create function tell() returns trigger language plpgsql as $$ begin perform pg_notify('stored', ''); return null; end $$;
    create trigger tell after insert on ocpp_messages for each statement execute function tell()`)
  const client = await s.pool.connect()
  t.teardown(async () => client.release())
  await client.query('listen stored')
  const stored = once(client, 'notification')
  s.writer.append('frame', frame('x'))
  await stored
  t.equal((await s.one('select raw from ocpp_messages')).raw, 'x')
})

t.test('more frames than a group holds go before the effect they came before', async t => {
  const s = await store(t)
  for (let i = 0; i < 9000; i++) s.writer.append('frame', frame(`f${i}`))
  await boot(s, 'A')
  t.equal((await s.one('select count(*) from ocpp_messages')).count, 9000)
  t.equal((await s.one('select raw from ocpp_messages order by seq desc limit 1')).raw, 'f8999')
})

t.test('when the database stays away, effects wait for a bounded time and in bounded number', async t => {
  const s = await store(t)
  const writer = createWriter({
    connect: () => connectWriter('postgres://127.0.0.1:1/none'),
    log: silentLog,
    maxWaitMs: 50,
    maxWaiting: 2,
  })
  t.teardown(async () => writer[Symbol.asyncDispose]())
  const submit = () => writer.submit('boot', { chargePointId: 'A', vendor: 'V', model: 'M', details: {}, at: NOW })
  const outcomes = await Promise.allSettled([submit(), submit(), submit()])
  t.ok(outcomes.every(outcome => outcome.status === 'rejected' && outcome.reason.code === 'database-away'))
  t.match(writer.stats(), { connected: false, expired: 2 })
  t.ok(s)
})

t.test('frames beyond what may wait are dropped and counted', async t => {
  const writer = createWriter({ connect: () => connectWriter('postgres://127.0.0.1:1/none'), log: silentLog })
  t.teardown(async () => writer[Symbol.asyncDispose]())
  const raw = 'x'.repeat(65_536)
  for (let i = 0; i < 600; i++) writer.append('frame', frame(raw))
  t.equal(writer.stats().droppedFrames, 600 - 512)
})

t.test('closing commits what waits and takes nothing more', async t => {
  const s = await store(t)
  const writer = writerOf(t, s.database)
  const submit = () => writer.submit('boot', { chargePointId: 'A', vendor: 'V', model: 'last', details: {}, at: NOW })
  const pending = submit()
  writer.append('frame', frame('last'))
  await writer[Symbol.asyncDispose]()
  t.match(await pending, { registration: 'accepted' })
  t.equal((await s.one('select raw from ocpp_messages')).raw, 'last')
  await t.rejects(submit(), { code: 'database-away' })
})
