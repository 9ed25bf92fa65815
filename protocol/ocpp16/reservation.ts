import { z } from 'zod'
import { dateTime, integer } from './formats.ts'
import { acceptedOrRejected, idTag } from './types.ts'

/** Feature profile Reservation (OCPP 1.6 edition 2). */

export const cancelReservationRequest = z.strictObject({ reservationId: integer() })
export const cancelReservationResponse = acceptedOrRejected

export const reserveNowRequest = z.strictObject({
  connectorId: integer(),
  expiryDate: dateTime(),
  idTag,
  parentIdTag: idTag.optional(),
  reservationId: integer(),
})
export const reserveNowResponse = z.strictObject({
  status: z.enum(['Accepted', 'Faulted', 'Occupied', 'Rejected', 'Unavailable']),
})
