import type { Role } from '../../central/api/ports.ts'

export type Who = 'open' | 'user' | Role[]

const drivers: Who = ['driver', 'operator', 'admin']
const sessions: Who = ['driver', 'technician', 'operator', 'admin']
const technicians: Who = ['technician', 'operator', 'admin']
const operators: Who = ['operator', 'admin']
const simulators: Who = ['simulator', 'operator', 'admin']
const admins: Who = ['admin']

/** The routes of the original system (rest.md section 1), spelled as there. */
export const ORIGINAL_ROUTES: [string, Who][] = [
  ['POST /auth/register', 'open'],
  ['POST /auth/login', 'open'],
  ['POST /auth/refresh', 'open'],
  ['POST /auth/logout', 'user'],
  ['GET /auth/profile', 'user'],
  ['GET /charging-piles', 'user'],
  ['GET /charging-piles/{id}', 'user'],
  ['GET /charging-piles/{id}/history', 'user'],
  ['PUT /charging-piles/{id}/control', technicians],
  ['GET /charging-piles/queue', 'user'],
  ['POST /charging/request', drivers],
  ['PATCH /charging/request/{id}', drivers],
  ['GET /charging/request/{id}', drivers],
  ['GET /charging/requests', drivers],
  ['GET /charging/queue-status', 'user'],
  ['POST /charging/cancel', drivers],
  ['GET /charging/sessions', sessions],
  ['GET /charging/sessions/{id}', sessions],
  ['GET /charging/sessions/{id}/readings', sessions],
  ['POST /simulator/assign-charging', simulators],
  ['POST /simulator/charging-progress', simulators],
  ['POST /simulator/charging-complete', simulators],
  ['POST /simulator/fault-report', simulators],
  ['POST /simulator/fault-recovery', simulators],
  ['POST /simulator/heartbeat', simulators],
]

/** Without the prefix `/api/v1`. */
export const SYSTEM_ROUTES = ['GET /health', 'GET /livez', 'GET /readyz', 'GET /metrics']

/** What has grown since. */
export const OTHER_ROUTES: [string, Who][] = [
  ['POST /auth/password', 'user'],
  ['GET /auth/tokens', 'user'],
  ['POST /auth/tokens', 'user'],
  ['DELETE /auth/tokens/{id}', 'user'],
  ['GET /vehicles', 'user'],
  ['POST /vehicles', 'user'],
  ['PATCH /vehicles/{id}', 'user'],
  ['DELETE /vehicles/{id}', 'user'],
  ['GET /users', admins],
  ['POST /users', admins],
  ['GET /users/{id}', admins],
  ['PATCH /users/{id}', admins],
  ['POST /users/{id}/tokens', admins],
  ['GET /audit', admins],
  ['POST /charging-piles', operators],
  ['PATCH /charging-piles/{id}', operators],
  ['GET /maintenance-windows', technicians],
  ['POST /maintenance-windows', technicians],
  ['GET /maintenance-windows/{id}', technicians],
  ['DELETE /maintenance-windows/{id}', technicians],
  ['GET /sites', 'user'],
  ['POST /sites', operators],
  ['GET /sites/{id}', 'user'],
  ['PATCH /sites/{id}', operators],
  ['GET /sites/{id}/decisions', operators],
  ['GET /charging/request/{id}/decisions', drivers],
  ['GET /charge-points', technicians],
  ['POST /charge-points', operators],
  ['GET /charge-points/unknown', technicians],
  ['POST /charge-points/unknown/{id}/adopt', operators],
  ['GET /charge-points/{id}', technicians],
  ['PATCH /charge-points/{id}', operators],
  ['POST /charge-points/{id}/commands', technicians],
  ['GET /commands/{id}', technicians],
  ['GET /ocpp/transactions', technicians],
  ['GET /ocpp/reservations', technicians],
  ['GET /ocpp/messages', technicians],
  ['GET /id-tags', operators],
  ['GET /id-tags/unknown', operators],
  ['GET /id-tags/{tag}', operators],
  ['PUT /id-tags/{tag}', operators],
  ['DELETE /id-tags/{tag}', operators],
  ['GET /faults', technicians],
  ['POST /faults', technicians],
  ['GET /faults/statistics', technicians],
  ['GET /faults/{id}', technicians],
  ['PATCH /faults/{id}', technicians],
  ['GET /tariffs', 'user'],
  ['POST /tariffs', operators],
  ['GET /tariffs/{id}', 'user'],
  ['POST /tariffs/{id}/versions', operators],
  ['POST /tariffs/preview', operators],
  ['POST /billing/estimate', 'user'],
  ['GET /billing/held', operators],
  ['POST /billing/held/{id}/verdict', operators],
  ['POST /billing/bills/{id}/corrections', operators],
  ['GET /billing/details', drivers],
  ['GET /billing/details/{id}', drivers],
  ['GET /billing/bills', drivers],
  ['GET /billing/bills/{id}', drivers],
  ['GET /reports/piles', operators],
  ['GET /reports/operations', operators],
  ['GET /events', 'user'],
]
