import { connect, createServer, type Socket } from 'node:net'

/** What we need of a tap test. */
interface Test {
  teardown(done: () => Promise<void>): void
}

/**
 * A way to a database that can be taken away: `cut` breaks every connection and refuses new ones, `hang` keeps them and
 * carries nothing (a cable is out, a machine stands still), `mend` carries again.
 */
export async function createProxy(t: Test, databaseUrl: string) {
  const target = new URL(databaseUrl)
  const pairs = new Set<[Socket, Socket]>()
  let mode: 'open' | 'cut' | 'hang' = 'open'

  const server = createServer(inner => {
    if (mode === 'cut') return void inner.resetAndDestroy()
    const outer = connect(Number(target.port), target.hostname)
    const pair: [Socket, Socket] = [inner, outer]
    pairs.add(pair)
    const end = (): void => {
      pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    inner.on('data', data => void outer.write(data))
    outer.on('data', data => void inner.write(data))
    if (mode === 'hang') for (const socket of pair) socket.pause()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    await new Promise(resolve => server.close(resolve))
  })
  const { port } = server.address() as { port: number }

  return {
    url: Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(port) }).href,
    cut(): void {
      mode = 'cut'
      for (const pair of [...pairs]) for (const socket of pair) socket.destroy()
    },
    hang(): void {
      mode = 'hang'
      for (const pair of pairs) for (const socket of pair) socket.pause()
    },
    mend(): void {
      mode = 'open'
      for (const pair of pairs) for (const socket of pair) socket.resume()
    },
  }
}
