import { once } from 'node:events'
import t from 'tap'
import { WebSocket } from 'ws'
import { startProduct } from '../support/product.ts'

t.test('a command reaches the newest connection at once, though the last one was only just cut', async t => {
  await using product = await startProduct(t)
  const { api } = product
  const reset = { action: 'Reset', payload: { type: 'Soft' } }
  t.match(await api('POST', '/charge-points/T1/commands?wait=0', reset), {
    status: 503,
    body: { code: 'charge-point-offline' },
  })
  const connect = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`${product.ocpp}/T1`, 'ocpp1.6')
    t.teardown(() => socket.terminate())
    socket.on('message', bytes => {
      const [type, id] = JSON.parse(String(bytes))
      if (type === 2) socket.send(JSON.stringify([3, id, { status: 'Accepted' }]))
    })
    await once(socket, 'open')
    return socket
  }
  const first = await connect()
  const booted = once(first, 'message')
  first.send(JSON.stringify([2, 'b', 'BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' }]))
  await booted
  let last = first
  for (let n = 0; n < 10; n++) {
    last.terminate()
    last = await connect()
    t.match(await api('POST', '/charge-points/T1/commands', reset), { status: 200, body: { status: 'accepted' } })
  }
})
