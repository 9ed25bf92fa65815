import type { CallErrorCode } from './errors.ts'

/** Frames of OCPP-J 1.6, section 4.2: JSON arrays whose first member says what they are. */

export const CALL = 2
export const CALLRESULT = 3
export const CALLERROR = 4
export type MessageType = typeof CALL | typeof CALLRESULT | typeof CALLERROR

/** Characters of a message id at most (OCPP-J 1.6, section 4.1.4). */
export const MESSAGE_ID_MAX_LENGTH = 36
/** Characters of an error description at most (OCPP-J 1.6, section 4.2.3). */
export const ERROR_DESCRIPTION_MAX_LENGTH = 255

export type Call = [type: typeof CALL, messageId: string, action: string, payload: unknown]
export type CallResult = [type: typeof CALLRESULT, messageId: string, payload: unknown]
/** As received: a charge point may name any code. */
export type CallError<Code extends string = string> = [
  type: typeof CALLERROR,
  messageId: string,
  code: Code,
  description: string,
  details: unknown,
]
/** As sent: only codes of the specification, always five members. */
export type SentCallError = CallError<CallErrorCode>
export type Frame = Call | CallResult | CallError
