/** Follows the product's own event stream (rest.md `GET /events`): tells that something happened, not what. */
export async function followEvents(
  url: string,
  token: string,
  signal: AbortSignal,
): Promise<{ next(atMostMs: number): Promise<void> }> {
  const waiting = new Set<() => void>()
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal })
  if (!response.ok || response.body === null) throw new Error(`no live events: ${response.status}`)
  const { body } = response
  const read = async (): Promise<void> => {
    for await (const _ of body) for (const wake of waiting) wake()
  }
  // the stream ends with the product
  read().catch(() => {})
  return {
    next: atMostMs =>
      new Promise(resolve => {
        const wake = (): void => {
          waiting.delete(wake)
          clearTimeout(timer)
          resolve()
        }
        const timer = setTimeout(wake, atMostMs)
        waiting.add(wake)
      }),
  }
}
