import { z } from 'zod'
import { integer } from './formats.ts'
import { empty, idTag, idTagInfo } from './types.ts'

/** Feature profile LocalAuthListManagement (OCPP 1.6 edition 2). */

export const getLocalListVersionRequest = empty
/** 0 is an empty list, -1 a charge point without support for lists. */
export const getLocalListVersionResponse = z.strictObject({ listVersion: integer() })

/** An entry without `idTagInfo` in a differential update removes the tag. */
export const sendLocalListRequest = z.strictObject({
  listVersion: integer(),
  localAuthorizationList: z.array(z.strictObject({ idTag, idTagInfo: idTagInfo.optional() })).optional(),
  updateType: z.enum(['Differential', 'Full']),
})
export const sendLocalListResponse = z.strictObject({
  status: z.enum(['Accepted', 'Failed', 'NotSupported', 'VersionMismatch']),
})
