import type { App, RouteContext } from '../ports.ts'
import { authRoutes } from './auth.ts'
import { billingRoutes } from './billing.ts'
import { billingDeskRoutes } from './billing-desk.ts'
import { chargePointRoutes } from './charge-points.ts'
import { commandRoutes } from './commands.ts'
import { decisionRoutes } from './decisions.ts'
import { eventRoutes } from './events.ts'
import { faultRoutes } from './faults.ts'
import { idTagRoutes } from './id-tags.ts'
import { ledgerRoutes } from './ledger.ts'
import { maintenanceRoutes } from './maintenance.ts'
import { ocppRoutes } from './ocpp.ts'
import { operationsRoutes } from './operations.ts'
import { paymentRoutes } from './payments.ts'
import { pileRoutes } from './piles.ts'
import { reportRoutes } from './reports.ts'
import { requestRoutes } from './requests.ts'
import { sessionRoutes } from './sessions.ts'
import { simulatorRoutes } from './simulator.ts'
import { siteRoutes } from './sites.ts'
import { tariffRoutes } from './tariffs.ts'
import { ownRoutes } from './tokens-vehicles.ts'
import { userRoutes } from './users.ts'

/** Everything under `/api/v1`. */
export const V1_ROUTES: ((app: App, context: RouteContext) => void)[] = [
  authRoutes,
  ownRoutes,
  userRoutes,
  requestRoutes,
  decisionRoutes,
  sessionRoutes,
  pileRoutes,
  maintenanceRoutes,
  simulatorRoutes,
  siteRoutes,
  chargePointRoutes,
  commandRoutes,
  ocppRoutes,
  idTagRoutes,
  faultRoutes,
  tariffRoutes,
  billingRoutes,
  billingDeskRoutes,
  paymentRoutes,
  ledgerRoutes,
  reportRoutes,
  operationsRoutes,
  eventRoutes,
]
