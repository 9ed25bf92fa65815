import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { instant, int8, json, numbered, oneOf } from './columns.ts'
import { ChargingPile } from './pile.ts'
import { ChargingRequest } from './request.ts'
import { ChargingSession } from './session.ts'
import { Site } from './site.ts'
import { TariffVersion } from './tariff.ts'
import { User } from './user.ts'

export const Bill = defineEntity({
  name: 'Bill',
  tableName: 'bills',
  properties: {
    id: p.uuid().primary(),
    number: int8().unique().defaultRaw("nextval('bill_numbers'::regclass)"),
    requestId: () => p.oneToOne(ChargingRequest).mapToPk().name('request_id'),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id'),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('set null').strictNullable(),
    currency: p.text(),
    totalMinor: int8(),
    state: oneOf<'unpaid' | 'paid' | 'refunded'>(),
    createdAt: instant(),
    paidAt: instant().strictNullable(),
  },
})
export type Bill = InferEntity<typeof Bill>

/** Immutable, as a bill is: a correction is a new detail. */
export const BillingDetail = defineEntity({
  name: 'BillingDetail',
  tableName: 'billing_details',
  properties: {
    id: p.uuid().primary(),
    number: numbered().unique(),
    kind: oneOf<'charge' | 'correction'>(),
    billId: () => p.manyToOne(Bill).mapToPk().name('bill_id').deleteRule('no action').strictNullable(),
    correctsId: p.uuid().strictNullable(),
    note: p.text().strictNullable(),
    requestId: () => p.manyToOne(ChargingRequest).mapToPk().name('request_id'),
    sessionId: () => p.manyToOne(ChargingSession).mapToPk().name('session_id').deleteRule('no action').strictNullable(),
    siteId: () => p.manyToOne(Site).mapToPk().name('site_id'),
    pileId: () => p.manyToOne(ChargingPile).mapToPk().name('pile_id').deleteRule('no action').strictNullable(),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('set null').strictNullable(),
    currency: p.text(),
    energyMilliWh: int8(),
    chargingSeconds: p.integer(),
    parkingSeconds: p.integer().default(0),
    startedAt: instant(),
    endedAt: instant(),
    windows: json<unknown[]>(),
    energyFeeMinor: int8(),
    serviceFeeMinor: int8(),
    otherFeeMinor: int8().defaultRaw('0'),
    totalMinor: int8(),
    tariffVersionId: () =>
      p.manyToOne(TariffVersion).mapToPk().name('tariff_version_id').deleteRule('no action').strictNullable(),
    stopReason: p.text(),
    createdAt: instant(),
    vatMinor: int8().defaultRaw('0'),
    lines: json<unknown[]>().default('[]'),
    origin: oneOf<'rated' | 'given'>().default('rated'),
  },
})
export type BillingDetail = InferEntity<typeof BillingDetail>
