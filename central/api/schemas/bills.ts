import { z } from 'zod'
import { energyWh, identity, instant, mode, money, named, time } from './common.ts'

const window = z.object({
  from: z.string(),
  to: z.string(),
  kind: z.string(),
  price: z.string().describe('Per kWh, decimal, in the currency unit'),
  energyWh: z.number().int(),
  fee: money,
})

export const line = z.object({
  dimension: z
    .string()
    .describe('ENERGY, SERVICE, TIME, PARKING_TIME, FLAT, RESERVATION_TIME, RESERVATION_FLAT, MIN_PRICE or MAX_PRICE'),
  kind: z.string(),
  price: z.string().describe('Per kWh, hour or session, decimal, in the currency unit, without VAT'),
  quantity: z.number(),
  unit: z.enum(['Wh', 's', 'count']),
  vat: z.number().nullable().describe('Percent; null where none applies'),
  amount: money.describe('With VAT'),
})

const detailMembers = {
  id: z.string(),
  number: z.string(),
  kind: z.enum(['charge', 'correction']),
  sessionId: z.string().nullable(),
  pileId: z.string().nullable(),
  energyWh: z.number().int(),
  chargingSeconds: z.number().int(),
  parkingSeconds: z.number().int(),
  startedAt: time,
  endedAt: time,
  windows: z.array(window),
  energyFee: money,
  serviceFee: money,
  otherFee: money,
  total: money.describe('With VAT'),
  vat: money.describe('Contained in the total'),
  lines: z.array(line).describe('What was billed at each price; they add up to the total'),
  stopReason: z.string(),
}

export const detail = named('BillDetail', z.object(detailMembers))

export const listedDetail = z.object({
  ...detailMembers,
  billId: z.string().nullable(),
  requestId: z.string(),
  siteId: z.string(),
  userId: z.string().nullable(),
  tariffVersionId: z.string().nullable(),
  correctsId: z.string().nullable(),
  origin: z.enum(['rated', 'given']).describe('given: an amount of an operator; else computed from the registers'),
  note: z.string().nullable(),
  createdAt: time,
})

const billMembers = {
  id: z.string(),
  number: z.string(),
  requestId: z.string(),
  total: money.describe('As issued'),
  corrections: money.describe('What corrections since then add or take off'),
  balance: money.describe('Total and corrections together'),
  vat: money.describe('Contained in the balance'),
  state: z.enum(['unpaid', 'paid', 'refunded']),
  energyWh: z.number().int(),
  createdAt: time,
}

export const billRow = z.object({ ...billMembers, siteId: z.string(), userId: z.string().nullable() })
export const bill = named('Bill', z.object({ ...billMembers, details: z.array(detail) }))
export const listedBill = z.object({ ...billRow.shape, details: z.array(listedDetail) })

/** A year is more than any car takes; beyond, the answer would be of millions of windows. */
export const estimateBody = z.strictObject({
  mode,
  energyWh: energyWh.max(10_000_000),
  startAt: instant().optional(),
  siteId: identity.optional(),
})

export const estimate = z.object({
  startAt: time,
  finishAt: time,
  chargingSeconds: z.number().int(),
  powerW: z.number().int(),
  energyWh: z.number().int(),
  windows: z.array(window),
  energyFee: money,
  serviceFee: money,
  otherFee: money,
  total: money,
  vat: money,
  lines: z.array(line),
})
