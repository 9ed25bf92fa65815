import { setTimeout as pause } from 'node:timers/promises'

/** Real ms for which a product may be too busy. */
const PATIENCE_MS = 60_000
const ASK_AGAIN_MS = 250

/**
 * One HTTP exchange with a product on a box that may be busy: a request that was answered `overloaded` was not looked at
 * and is made again, as clients are told to.
 */
export async function exchange(url: string, init: RequestInit): Promise<{ response: Response; text: string }> {
  const deadline = Date.now() + PATIENCE_MS
  while (true) {
    const response = await fetch(url, init)
    const text = await response.text()
    const busy = response.status === 503 && text.includes('"code":"overloaded"')
    if (!busy || Date.now() > deadline) return { response, text }
    await pause(ASK_AGAIN_MS)
  }
}
