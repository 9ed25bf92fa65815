import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { Outcome } from '../protocol/charger/command.ts'
import type { Central as CentralPort, Chargers } from '../protocol/charger/link.ts'
import type { Clock } from '../protocol/clock.ts'
import type { Database } from './store/orm.ts'
import { keepFeatures } from './store/statements/boot.ts'
import type { Writer } from './store/writer.ts'
import { createCorrectBill } from './use-cases/billing/correct.ts'
import { createGiveVerdict } from './use-cases/billing/verdict.ts'
import { createCancel } from './use-cases/charging/cancel.ts'
import { createRequestVerbs } from './use-cases/charging/request.ts'
import { type CommandRow, createCommandDesk } from './use-cases/commands/desk.ts'
import { createSendNative, type Dialect } from './use-cases/commands/native.ts'
import { createReservationKeeper } from './use-cases/commands/reservations.ts'
import { createDoor } from './use-cases/door/admit.ts'
import { createAdoption } from './use-cases/door/adopt.ts'
import { createRefusals } from './use-cases/door/refusals.ts'
import { createEventBus } from './use-cases/events.ts'
import { createFaultVerbs } from './use-cases/faults/faults.ts'
import { createControlPile } from './use-cases/piles/control.ts'
import { createHttpPileVerbs } from './use-cases/piles/http.ts'
import { createMaintenanceVerbs } from './use-cases/piles/maintenance.ts'
import { createOrderPile, type OrderPile } from './use-cases/piles/order.ts'
import { createStopOnPaper } from './use-cases/piles/stop-on-paper.ts'
import type { HttpPiles, UseCasePorts } from './use-cases/ports.ts'
import { createAuthorize } from './use-cases/reports/authorize.ts'
import { createReports } from './use-cases/reports/index.ts'
import { DEFAULT_SITE, ensureDefaultSite, type FirstSite, forgetLinks } from './use-cases/setup.ts'
import { createLiveFigures } from './use-cases/site/live.ts'
import { createSiteRunner } from './use-cases/site/runner.ts'
import type { SiteRules } from './use-cases/site/work.ts'
import type { Verbs } from './use-cases/verbs.ts'

export interface CentralPorts {
  database: Database
  writer: Writer
  clock: Clock
  log: Logger
  chargers: Chargers
  options: {
    first: FirstSite
    rules: SiteRules
    validation: 'tolerant' | 'strict'
    pingSeconds: number
    acceptUnknown: boolean
    heartbeatIntervalSeconds: number
    callTimeoutMs: number
  }
}

/** Power of a pile nobody has described. */
const ADOPTED_POWER_W = 7_000

/** What a site does and what it costs, put together: the port gateways report to, and the verbs people have. */
export async function createCentral({ database, writer, clock, log, chargers, options }: CentralPorts) {
  const { pool } = database
  const node = hostname()
  const events = createEventBus(log)
  const keepReservation = createReservationKeeper({ pool, clock, log })
  const desk = createCommandDesk({ pool, chargers, clock, log, timeoutMs: options.callTimeoutMs, onOutcome })
  const sites = createSiteRunner({
    pool,
    clock,
    log,
    rules: options.rules,
    deliver: id => void desk.deliver(id),
    emit: events.emit,
  })
  const { adopt, adoptConnector } = createAdoption({
    pool,
    clock,
    siteId: DEFAULT_SITE,
    powerW: ADOPTED_POWER_W,
    fastPowerW: Math.round(options.first.fastChargingPower * 1000),
    queueLength: options.first.queueLength,
  })

  if (await ensureDefaultSite({ pool, clock, first: options.first }))
    log.info({ site: DEFAULT_SITE }, 'made the default site with its piles and tariff')
  await forgetLinks(pool, node, clock.now())

  const figures = createLiveFigures({ pool, clock, log, emit: events.emit })
  const port: CentralPort = {
    admit: createDoor({
      pool,
      validation: options.validation,
      pingSeconds: options.pingSeconds,
      acceptUnknown: options.acceptUnknown,
      adopt,
    }),
    refused: createRefusals({ pool, log }),
    record: frame => writer.append('frame', frame),
    report: createReports({
      writer,
      clock,
      log,
      node,
      heartbeatIntervalSeconds: options.heartbeatIntervalSeconds,
      touch: sites.touch,
      refresh: sites.refresh,
      emit: events.emit,
      authorize: createAuthorize(pool),
      adoptConnector,
      lateAnswer: desk.late,
      reservationStatus: async (chargePointId, { reservationId, status }) => {
        await pool.query(
          `update reservations set status = $3 where id = $2 and charge_point_id = $1 and status = 'active'`,
          [chargePointId, reservationId, status],
        )
      },
      keepFeatures: (chargePointId, features) => keepFeatures(pool, chargePointId, features),
      sessionMoved: figures.sessionMoved,
    }),
  }

  /** What follows from a charger's answer. A pile that cannot be told to stop (HTTP) is stopped on paper: it bills what was read. */
  async function onOutcome(row: CommandRow, outcome: Outcome): Promise<void> {
    await keepReservation(row, outcome)
    if (outcome.status !== 'accepted') {
      events.emit({
        type: 'notice',
        notice: 'command',
        siteId: row.siteId,
        at: clock.now(),
        pileId: row.pileId,
        requestId: row.requestId,
        text: `${row.action ?? row.verb} to ${row.chargePointId}: ${outcome.status}`,
        data: { commandId: row.id, verb: row.verb, status: outcome.status },
      })
    }
    if (row.siteId === null) return
    if (row.verb === 'stop' && outcome.status === 'refused' && row.sessionId !== null)
      paper.stop(row.siteId, row.sessionId)
    sites.touch(row.siteId)
  }

  const paper = createStopOnPaper({ sites, log })

  return {
    port,
    events,
    sites,
    desk,

    /** The verbs behind REST; the HTTP piles' transport and the gateways' dialects come from outside. */
    verbs(httpPiles: HttpPiles, dialect: Dialect): Verbs & { orderPile: OrderPile } {
      const ports: UseCasePorts = { pool, clock, log, sites, desk, events, httpPiles, defaultSiteId: DEFAULT_SITE }
      const controlPile = createControlPile(ports)
      return {
        ...createRequestVerbs(ports),
        cancelRequest: createCancel(ports),
        controlPile,
        orderPile: createOrderPile(ports, controlPile),
        ...createMaintenanceVerbs(ports),
        ...createFaultVerbs(ports),
        giveVerdict: createGiveVerdict(ports),
        correctBill: createCorrectBill(ports),
        sendNative: createSendNative(ports, dialect),
        ...createHttpPileVerbs(ports),
      }
    },

    /** Finishes what an earlier process began, then looks at every site. */
    async start(): Promise<void> {
      await desk.recover()
      await sites.start()
    },

    /** Tells what is, to somebody who has come to listen: the states of piles and sites, and what is charging. */
    async retell(): Promise<void> {
      sites.retell()
      await figures.retell()
    },

    async stop(): Promise<void> {
      paper.close()
      await sites.stop()
      await desk.settle()
    },
  }
}

export type Central = Awaited<ReturnType<typeof createCentral>>
