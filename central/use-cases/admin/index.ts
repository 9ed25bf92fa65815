import type { Actor } from '../verbs.ts'
import { type AuditRecord, recordAudit } from './audit.ts'
import * as chargePoints from './charge-points.ts'
import type { AdminDeps } from './deps.ts'
import * as idTags from './id-tags.ts'
import * as piles from './piles.ts'
import * as sites from './sites.ts'
import * as tariffs from './tariffs.ts'

/** The verbs of administration, with what they need. */
export const createAdmin = (deps: AdminDeps) => ({
  recordAudit: (record: AuditRecord) => recordAudit(deps, record),
  createChargePoint: (input: chargePoints.NewChargePoint) => chargePoints.createChargePoint(deps, input),
  changeChargePoint: (id: string, change: chargePoints.ChargePointSettings) =>
    chargePoints.changeChargePoint(deps, id, change),
  adoptChargePoint: (identity: string, input: Omit<chargePoints.NewChargePoint, 'id'>) =>
    chargePoints.adoptChargePoint(deps, identity, input),
  createPile: (input: Parameters<typeof piles.createPile>[1]) => piles.createPile(deps, input),
  changePile: (id: string, change: Parameters<typeof piles.changePile>[2]) => piles.changePile(deps, id, change),
  createSite: (input: Parameters<typeof sites.createSite>[1]) => sites.createSite(deps, input),
  changeSite: (id: string, change: sites.SiteSettings) => sites.changeSite(deps, id, change),
  putIdTag: (tag: string, input: idTags.IdTagSettings) => idTags.putIdTag(deps, tag, input),
  removeIdTag: (tag: string) => idTags.removeIdTag(deps, tag),
  createTariff: (actor: Actor, input: tariffs.NewTariff) => tariffs.createTariff(deps, actor, input),
  addTariffVersion: (actor: Actor, id: string, input: Parameters<typeof tariffs.addTariffVersion>[3]) =>
    tariffs.addTariffVersion(deps, actor, id, input),
})

export type Admin = ReturnType<typeof createAdmin>

export { digestPassword, verifyPassword } from './password.ts'
