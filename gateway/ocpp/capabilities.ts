import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Outcome } from '../../protocol/charger/command.ts'
import type { Capabilities } from '../../protocol/charger/report.ts'

/** OCPP 1.6 section 9.1.26: which feature profiles a charge point has, separated by commas. */
const KEY = 'SupportedFeatureProfiles'
/** Real ms: a charge point that does not know the question keeps no command waiting for longer. */
const PATIENCE_MS = 10_000
/** CALLERRORs of a charge point that has no configuration to read, and never will with this firmware. */
const CANNOT_SAY = new Set(['NotImplemented', 'NotSupported'])

export interface CapabilitiesPorts {
  send(action: string, payload: unknown, options: { commandId: string; timeoutMs: number }): Promise<Outcome>
  report(said: Capabilities): void
}

/**
 * What a charge point can do. It is asked once in a connection where central does not know it, behind whatever else waits
 * to be sent; and whatever answer says it is read, whoever asked. A hint only: the charge point's replies have the last
 * word (quirk 33).
 */
export function createCapabilities({ send, report }: CapabilitiesPorts) {
  let wanted = false
  let asked = false

  /** Reads an answer; true when it said something. */
  function heard(action: string, outcome: Outcome): boolean {
    if (action !== 'GetConfiguration' || !('result' in outcome)) return false
    const features = featuresIn(outcome.result)
    if (features !== undefined) report({ type: 'capabilities', features })
    return features !== undefined
  }

  return {
    heard,
    /** Central does not know what this firmware can do. */
    unknown(): void {
      wanted = true
    },
    /** Something may be sent now. */
    async ask(): Promise<void> {
      if (!wanted || asked) return
      asked = true
      const outcome = await send(
        'GetConfiguration',
        { key: [KEY] },
        { commandId: randomUUID(), timeoutMs: PATIENCE_MS },
      )
      const silent = outcome.status === 'failed' && CANNOT_SAY.has(outcome.error.code)
      if (!heard('GetConfiguration', outcome) && (silent || outcome.status === 'accepted'))
        report({ type: 'capabilities', features: [] })
    },
  }
}

/** OCPP 1.6 knows six, and the security whitepaper one. */
const MOST = 32

/** As much of an answer as is needed: what else is wrong with it does not matter here. */
const answerSchema = z.object({
  configurationKey: z.array(z.object({ key: z.string(), value: z.string().optional() })),
})

/** The profiles that an answer to GetConfiguration names; undefined where it does not speak of them. */
function featuresIn(answer: unknown): string[] | undefined {
  const { success, data } = answerSchema.safeParse(answer)
  const entry = success ? data.configurationKey.find(({ key }) => key.toLowerCase() === KEY.toLowerCase()) : undefined
  return entry?.value
    ?.split(',')
    .map(name => name.trim())
    .filter(Boolean)
    .slice(0, MOST)
}
