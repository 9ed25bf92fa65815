import { pino } from 'pino'
import { createCentral } from '../../central/central.ts'
import type { Policy } from '../../central/core/queue/policy.ts'
import { silentLog } from '../../central/store/log.ts'
import { createWriter } from '../../central/store/writer.ts'
import { connectWriter } from '../../central/store/writer-client.ts'
import { DEFAULT_SITE } from '../../central/use-cases/setup.ts'
import type { Actor } from '../../central/use-cases/verbs.ts'
import type { Command, Outcome } from '../../protocol/charger/command.ts'
import type { Envelope } from '../../protocol/charger/link.ts'
import type { ReplyTo, Report } from '../../protocol/charger/report.ts'
import { manualClock } from '../../protocol/clock.ts'
import { newId } from '../../protocol/ids.ts'
import type { EpochMs } from '../../protocol/units.ts'
import { testDatabase } from './database.ts'

interface Test {
  teardown(done: () => Promise<void>): void
}

export interface VirtualDriver {
  actor: Actor
  vehicleId: string
  idTag: string
}

export interface VirtualSiteOptions {
  /** Number and W. */
  fast: { count: number; powerW: number }
  trickle: { count: number; powerW: number }
  queueLength: number
  waitingCapacity: number
  policy?: Partial<Policy>
  /** When the clock begins. */
  at: EpochMs
  arrivalGraceMinutes?: number
}

const MINUTE_MS = 60_000

/**
 * The real central on a real database with a clock that moves only when told to, and no gateway: who plays chargers
 * reports for them and hears their commands. Nothing happens by itself, so that a day comes out the same every time.
 */
export async function openVirtualSite(t: Test, options: VirtualSiteOptions) {
  const { url, database } = await testDatabase(t)
  const { pool } = database
  const clock = manualClock(options.at)
  const writer = createWriter({ connect: () => connectWriter(url), log: silentLog })
  t.teardown(async () => writer[Symbol.asyncDispose]())
  const hears: { command: (chargePointId: string, command: Command) => Outcome } = {
    command: () => ({ status: 'rejected', result: {} }),
  }
  const log = pino({ level: 'silent' })
  const central = await createCentral({
    database,
    writer,
    clock,
    log,
    chargers: {
      send: async (chargePointId, command) => hears.command(chargePointId, command),
      disconnect: async () => {},
    },
    options: {
      first: {
        fastChargingPileNum: options.fast.count,
        fastChargingPower: options.fast.powerW / 1000,
        trickleChargingPileNum: options.trickle.count,
        trickleChargingPower: options.trickle.powerW / 1000,
        maxQueueLength: options.waitingCapacity,
        queueLength: options.queueLength,
        timeZone: 'Asia/Shanghai',
      },
      rules: {
        arrivalGraceMs: (options.arrivalGraceMinutes ?? 10) * MINUTE_MS,
        startTimeoutMs: 2 * MINUTE_MS,
        stopTimeoutMs: 10 * MINUTE_MS,
        offlineTimeoutMs: 5 * MINUTE_MS,
      },
      validation: 'tolerant',
      pingSeconds: 0,
      acceptUnknown: false,
      heartbeatIntervalSeconds: 300,
      callTimeoutMs: 1000,
    },
  })
  t.teardown(() => central.stop())
  if (options.policy !== undefined)
    await pool.query('update sites set policy = policy || $1 where id = $2', [options.policy, DEFAULT_SITE])
  const verbs = central.verbs(
    {} as never,
    { checkNative: () => ({ ok: true }), reservationOf: () => undefined } as never,
  )

  /** Resolves when nothing is under way any more. */
  async function settle(): Promise<void> {
    for (;;) {
      await central.sites.idle()
      await central.desk.settle()
      if (central.desk.open() === 0) return central.sites.idle()
    }
  }

  const report = <R extends Report>(chargePointId: string, said: R): Promise<ReplyTo<R>> =>
    central.port.report({ chargePointId, receivedAt: clock.now(), report: said } as Envelope<R>)

  return {
    clock,
    central,
    verbs,
    pool,
    settle,
    report,

    /** What the chargers do with commands. */
    onCommand(hear: (chargePointId: string, command: Command) => Outcome): void {
      hears.command = hear
    },

    /** A charge point with one connector is there and free. */
    async connect(id: string): Promise<void> {
      await report(id, { type: 'link-up', protocol: 'ocpp1.6', linkId: newId(), address: '127.0.0.1' })
      await report(id, { type: 'booted', vendor: 'Virtual', model: 'One', details: {} })
      await report(id, { type: 'connector-status', connectorId: 1, status: 'Available', errorCode: 'NoError' })
      await settle()
    },

    /** Accounts with a vehicle and a tag each. */
    async drivers(count: number): Promise<VirtualDriver[]> {
      const made = Array.from(
        { length: count },
        (_, index): VirtualDriver => ({
          actor: { id: newId(), name: `driver-${index + 1}`, role: 'driver' },
          vehicleId: newId(),
          idTag: `TAG${index + 1}`,
        }),
      )
      const columns = [
        made.map(({ actor }) => actor.id),
        made.map(({ actor }) => actor.name),
        made.map(({ vehicleId }) => vehicleId),
        made.map(({ idTag }) => idTag),
      ]
      await pool.query(
        `with who as (select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[]) w(id, name, vehicle, tag)),
           u as (insert into users (id, username, password_hash, role, created_at) select id, name, '', 'driver', now() from who returning id),
           v as (insert into vehicles (id, user_id, plate, created_at) select vehicle, id, name, now() from who)
         insert into id_tags (tag, status, user_id, created_at) select tag, 'Accepted', id, now() from who`,
        columns,
      )
      return made
    },

    /** The request whose car is at the charging place, or is called to it. */
    async firstAt(pileId: string): Promise<string | null> {
      const { rows } = await pool.query<{ id: string }>(
        'select request_id as id from queue_status where pile_id = $1 and position = 0',
        [pileId],
      )
      return rows[0]?.id ?? null
    },

    /** Lets the dispatcher look at what has fallen due until `at`, each thing at its time. */
    async dueUntil(at: EpochMs): Promise<void> {
      for (let last = Number.NEGATIVE_INFINITY; ; ) {
        const due = central.sites.nextDue()
        if (due > at || due <= last) return
        last = due
        clock.set(Math.max(due, clock.now()))
        central.sites.touch(DEFAULT_SITE)
        await settle()
      }
    },
  }
}

export type VirtualSite = Awaited<ReturnType<typeof openVirtualSite>>
