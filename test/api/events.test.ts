import { connect } from 'node:net'
import t from 'tap'
import type { SiteEvent } from '../../protocol/events.ts'
import { api, NOW, pile, type User } from './support.ts'

const meter = (powerW: number, pileId = 'F1'): SiteEvent => ({
  type: 'pile-meter',
  siteId: 'default',
  pileId,
  at: NOW,
  powerW,
  energyWh: 0,
  voltageV: [],
  currentA: [],
  socPercent: null,
})
const notice = (text: string): SiteEvent => ({
  type: 'notice',
  siteId: 'default',
  at: NOW,
  notice: 'decision',
  pileId: null,
  requestId: null,
  text,
  data: {},
})

interface Message {
  id: number
  event: string
  data: Record<string, unknown>
}

/** Reads a stream message by message. */
async function open(address: string, user: User, headers: Record<string, string> = {}) {
  const abort = new AbortController()
  const response = await fetch(`${address}/api/v1/events`, {
    headers: { ...user.headers, ...headers },
    signal: abort.signal,
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const next = async (): Promise<Message | null> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const lines = text.slice(0, end).split('\n')
        text = text.slice(end + 2)
        const field = (name: string) => lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2)
        if (field('data') === undefined) continue
        return { id: Number(field('id')), event: field('event') ?? '', data: JSON.parse(field('data')!) }
      }
      const { value, done } = await reader.read()
      if (done) return null
      text += value
    }
  }
  return { response, next, close: () => abort.abort() }
}

t.test('live events', async t => {
  const { app, user, database, emit } = await api(t)
  await pile(database, 'F1')
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const driver = await user('driver')
  const operator = await user('operator')

  await t.test('begin with a snapshot and go on with what changes', async t => {
    const stream = await open(address, driver)
    t.match(stream.response.headers.get('content-type'), 'text/event-stream')
    t.equal(stream.response.headers.get('cache-control'), 'no-store')
    const snapshot = (await stream.next())!
    t.match(snapshot, { event: 'snapshot', data: { piles: [{ id: 'F1', state: 'offline' }] } })
    emit(meter(1))
    emit(meter(2))
    const [first, second] = [(await stream.next())!, (await stream.next())!]
    t.match([first, second], [{ event: 'pile-meter', data: { powerW: 1 } }, { data: { powerW: 2 } }])
    t.equal(first.id, snapshot.id + 1)
    t.equal(second.id, snapshot.id + 2)
    stream.close()
  })

  await t.test('tell drivers nothing of other people', async t => {
    const [mine, theirs] = [await open(address, driver), await open(address, operator)]
    await mine.next()
    await theirs.next()
    emit(notice('F2 was called to pile F1'))
    emit(meter(3))
    t.equal((await mine.next())!.event, 'pile-meter')
    t.match(await theirs.next(), { event: 'notice', data: { text: 'F2 was called to pile F1' } })
    mine.close()
    theirs.close()
  })

  await t.test('go on where a client was, and begin anew where that is forgotten', async t => {
    const stream = await open(address, driver)
    const { id } = (await stream.next())!
    stream.close()
    emit(meter(10))
    emit(meter(11))
    const resumed = await open(address, driver, { 'last-event-id': String(id) })
    t.match(
      [await resumed.next(), await resumed.next()],
      [{ event: 'pile-meter', data: { powerW: 10 } }, { data: { powerW: 11 } }],
    )
    resumed.close()
    for (let i = 0; i < 1001; i++) emit(meter(i))
    for (const lost of [String(id), '5', 'x', String(id + 100_000)]) {
      const anew = await open(address, driver, { 'last-event-id': lost })
      t.equal((await anew.next())!.event, 'snapshot', lost)
      anew.close()
    }
  })

  await t.test('drop a client that does not read', async t => {
    const { port, hostname } = new URL(address)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    const closed = new Promise(resolve => socket.once('close', resolve))
    const begun = new Promise(resolve => socket.once('data', resolve))
    socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: ${operator.headers.authorization}\r\n\r\n`)
    await begun
    socket.pause()
    const other = await open(address, operator)
    await other.next()
    const text = 'x'.repeat(100_000)
    const sent = 400
    for (let i = 0; i < sent; i++) {
      emit(notice(text))
      await other.next()
    }
    socket.resume()
    await closed
    emit(meter(42))
    t.match(await other.next(), { data: { powerW: 42 } }, 'nobody else notices')
    other.close()
  })

  await t.test('end when the server stops', async t => {
    const stream = await open(address, driver)
    await stream.next()
    await app.close()
    t.equal(await stream.next(), null)
  })
})
