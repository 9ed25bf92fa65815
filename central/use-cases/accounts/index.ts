import * as tokens from './api-tokens.ts'
import type { AccountsDeps } from './deps.ts'
import { API_TOKEN_PREFIX } from './digest.ts'
import { createUser } from './register.ts'
import * as sessions from './sessions.ts'
import { checkCredentials } from './sign-in.ts'
import * as users from './users.ts'
import * as vehicles from './vehicles.ts'

/** The verbs of accounts, with what they need. */
export const createAccounts = (deps: AccountsDeps) => ({
  createUser: (input: Parameters<typeof createUser>[1]) => createUser(deps, input),
  changeUser: (id: string, change: Parameters<typeof users.changeUser>[2]) => users.changeUser(deps, id, change),
  changeOwnPassword: (id: string, passwords: { current: string; next: string }) =>
    users.changeOwnPassword(deps, id, passwords),
  checkCredentials: (username: string, password: string) => checkCredentials(deps, username, password),
  openSession: (userId: string) => sessions.openSession(deps, userId),
  rotateSession: (refreshToken: string) => sessions.rotateSession(deps, refreshToken),
  revokeFamily: (family: string) => sessions.revokeFamily(deps, family),
  revokeByToken: (refreshToken: string) => sessions.revokeByToken(deps, refreshToken),
  purgeSessions: () => sessions.purgeSessions(deps),
  actorOfSession: (userId: string, family: string) => sessions.actorOfSession(deps, userId, family),
  isApiToken: (text: string) => text.startsWith(API_TOKEN_PREFIX),
  actorOfApiToken: (token: string) => tokens.actorOfApiToken(deps, token),
  createApiToken: (userId: string, input: Parameters<typeof tokens.createApiToken>[2]) =>
    tokens.createApiToken(deps, userId, input),
  listApiTokens: (userId: string) => tokens.listApiTokens(deps, userId),
  revokeApiToken: (userId: string, id: string) => tokens.revokeApiToken(deps, userId, id),
  addVehicle: (userId: string, input: Parameters<typeof vehicles.addVehicle>[2]) =>
    vehicles.addVehicle(deps, userId, input),
  changeVehicle: (userId: string, id: string, change: Parameters<typeof vehicles.changeVehicle>[3]) =>
    vehicles.changeVehicle(deps, userId, id, change),
  removeVehicle: (userId: string, id: string) => vehicles.removeVehicle(deps, userId, id),
})

export type Accounts = ReturnType<typeof createAccounts>

export { ensureAdmin, type FirstAdmin } from './ensure-admin.ts'
export { jwtSecret, keptSecret } from './kept-secret.ts'
