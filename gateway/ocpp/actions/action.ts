import type { ReplyTo, Report } from '../../../protocol/charger/report.ts'
import type { ActionFromChargePoint, RequestOf, ResponseOf } from '../../../protocol/ocpp16/actions.ts'
import type { Loose } from '../quirks/loose.ts'
import type { MessageId } from '../rpc/frame.ts'

/** What a mapping may know beside the request. */
export interface RequestContext {
  messageId: MessageId
  /** Names something that was understood in spite of the specification; it is kept with the frame and counted. */
  note(name: string): void
}

/**
 * One action of a charge point: request to report, reply to response, both pure. An action that central has no word for
 * has no report and is answered with `answer`.
 */
export type InboundAction =
  | {
      report(request: never, context: RequestContext): Report
      respond(reply: never, request: never): Record<string, unknown>
    }
  | { answer: Record<string, unknown> }

/** Ties a mapping to the types of its action and report, so that a wrong member does not compile. */
export const inbound = <A extends ActionFromChargePoint, R extends Report>(
  _action: A,
  mapping: {
    report(request: Loose<RequestOf<A>>, context: RequestContext): R
    respond(reply: ReplyTo<R>, request: Loose<RequestOf<A>>): ResponseOf<A>
  },
): InboundAction => mapping

/** A text that says something: "" and "null" say nothing (quirk 25). */
export const present = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === '' || text.trim().toLowerCase() === 'null' ? undefined : text

/** The given members without those that are undefined, for `exactOptionalPropertyTypes`. */
export const known = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } => {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
