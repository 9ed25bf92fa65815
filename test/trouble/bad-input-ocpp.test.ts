import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { type ChargePoint, connectChargePoint } from '../support/charge-point.ts'
import { emptyDatabase } from '../support/database.ts'
import { dataFolder, startProcess, until } from '../support/process.ts'

const HOUR = 3_600_000
const product = await startProcess(t, {
  dataDir: await dataFolder(t),
  env: { DATABASE_URL: await emptyDatabase(t), OCPP_MAX_MESSAGE_BYTES: '65536', LOG_LEVEL: 'warn' },
})
const { ocpp, api } = product
await api('PATCH', '/charge-points/F2', { password: 'the-key-of-this-one' })
await api('PUT', '/id-tags/CARD', { status: 'Accepted', maxSessions: 100 })

// a charge point that does nothing wrong; whatever others send, it is served
const good = await connectChargePoint(ocpp, 'T3')
t.teardown(() => good.close())
await good.boot()
/** A test, after which the process lives and serves the others as before. */
const undisturbed = (name: string, attack: (t: Test) => Promise<void>): void =>
  void t.test(name, async t => {
    await attack(t)
    t.match(await good.call('Heartbeat'), { currentTime: String }, 'another charge point is undisturbed')
    t.equal((await product.ask('GET', '//livez')).status, 200)
    t.ok(product.isAlive())
    t.notMatch(product.stderr(), /"level":60|unexpected fault/)
  })

/** The status line that an upgrade is answered with. */
async function upgrade(path: string, headers: string[] = []): Promise<string> {
  const socket = connect(Number(new URL(ocpp).port), '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', text => {
    answer += text
  })
  socket.on('error', () => {})
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: gateway',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: ocpp1.6',
    ...headers,
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await until(`an answer to ${path.slice(0, 40)}`, () => answer.includes('\r\n\r\n'))
  socket.destroy()
  return answer.slice(0, answer.indexOf('\r\n'))
}
const basic = (user: string, password: string): string[] => [
  `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
]

undisturbed('malformed upgrades are refused with a status', async t => {
  t.match(await upgrade('/ocpp/%zz'), / 400 /)
  t.match(await upgrade('/ocpp/%E0%A4'), / 400 /)
  t.match(await upgrade('/ocpp/'), / 40[04] /)
  t.match(await upgrade('/ocpp'), / 40[04] /)
  t.match(await upgrade('/elsewhere/F1'), / 404 /)
  t.match(await upgrade(`/ocpp/${'x'.repeat(10_240)}`), / 4\d\d /)
  t.match(await upgrade(`/ocpp/${'x'.repeat(100_000)}`), / 4\d\d /)
  t.match(await upgrade('//[::1'), / 40[04] /)
  t.match(await upgrade('/ocpp/nobody'), / 40[134] /, 'nobody has registered it')
})

undisturbed('a wrong password, none, and the user name of another are 401; the right one is let in', async t => {
  t.match(await upgrade('/ocpp/F2'), / 401 /)
  t.match(await upgrade('/ocpp/F2', basic('F2', 'something-else')), / 401 /)
  t.match(await upgrade('/ocpp/F2', basic('F1', 'the-key-of-this-one')), / 401 /)
  t.match(await upgrade('/ocpp/F2', ['Authorization: Basic %%%']), / 401 /)
  t.match(await upgrade('/ocpp/F2', ['Authorization: Bearer x']), / 401 /)
  t.match(await upgrade('/ocpp/F2', basic('F2', 'the-key-of-this-one')), / 101 /)
  const { items } = await api('GET', '/charge-points/unknown')
  t.ok(
    items.some((one: { identity: string }) => one.identity === 'nobody'),
    'who was refused is listed',
  )
})

async function bare(
  id: string,
): Promise<{ socket: WebSocket; say(text: string | Buffer): void; next(id: string): Promise<unknown[]> }> {
  const socket = new WebSocket(`${ocpp}/${id}`, ['ocpp1.6'])
  const frames: unknown[][] = []
  socket.on('message', data => frames.push(JSON.parse(String(data))))
  socket.on('error', () => {})
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  return {
    socket,
    say: text => socket.send(text),
    next: id => until(`an answer to ${id}`, () => frames.find(frame => frame[1] === id)),
  }
}

undisturbed('broken frames do not end the session; every one that has an id is answered', async t => {
  const { socket, say, next } = await bare('F1')
  const deep = '['.repeat(400) + ']'.repeat(400)
  const broken = [
    'not json',
    '',
    '{}',
    '[]',
    'null',
    '[2]',
    '[2,"a"]',
    '[9,"b","Heartbeat",{}]',
    '[3,"nobody-asked",{}]',
    '[4,"nobody-asked","x","y",{}]',
    `[2,"c","Heartbeat",${deep}]`,
    '[2,{"id":1},"Heartbeat",{}]',
    Buffer.from([0xff, 0xfe, 0x00]),
    '\ufeff[2,"bom","Heartbeat",{}]',
    '[2,"proto","__proto__",{"__proto__":{"polluted":true}}]',
    '[2,"ctor","constructor",{"constructor":{"prototype":{"polluted":true}}}]',
  ]
  for (const [index, text] of broken.entries()) {
    say(text)
    say(`[2,"after-${index}","Heartbeat",{}]`)
    t.match(await next(`after-${index}`), [3, `after-${index}`, { currentTime: String }], String(text).slice(0, 40))
  }
  t.match(await next('ctor'), [4, 'ctor', /NotImplemented|NotSupported/])
  t.match(await next('proto'), [4, 'proto', /NotImplemented|NotSupported|FormationViolation/])
  say('[2,"u","MakeCoffee",{}]')
  t.match(await next('u'), [4, 'u', /NotImplemented|NotSupported/, String, {}], 'an unknown action')
  say('[2,"r","RemoteStartTransaction",{"idTag":"CARD"}]')
  t.match(await next('r'), [4, 'r', /NotImplemented|NotSupported/], 'an action of the central system')
  t.equal(socket.readyState, WebSocket.OPEN)
})

undisturbed('an oversized message is refused, and the charge point can come again', async t => {
  const { socket, say } = await bare('F1')
  let answered = false
  socket.on('message', () => {
    answered = true
  })
  say(`[2,"big","DataTransfer",{"vendorId":"x","data":"${'x'.repeat(400_000)}"}]`)
  await until('it is answered or closed', () => answered || socket.readyState === WebSocket.CLOSED)
  const again = await connectChargePoint(ocpp, 'F1')
  t.teardown(() => again.close())
  await again.boot()
})

const transactionsOf = async (id: string) =>
  (await api('GET', `/ocpp/transactions?chargePointId=${id}&limit=100`)).items
const open = async (id: string): Promise<ChargePoint> => {
  const charger = await connectChargePoint(ocpp, id)
  t.teardown(() => charger.close())
  await charger.boot()
  return charger
}

undisturbed('stops of unknown transactions are answered and kept, never refused', async t => {
  const charger = await open('T1')
  for (const transactionId of [987_654, 0, -1, 2 ** 40]) {
    t.ok(await charger.stop(transactionId, 100), `transaction ${transactionId}`)
  }
  t.ok(await charger.call('StopTransaction', { meterStop: 5, timestamp: new Date().toISOString() }))
  t.ok(await charger.meter(987_654, 100))
  t.ok(
    await charger.call('MeterValues', {
      connectorId: 1,
      meterValue: [{ timestamp: 'yesterday', sampledValue: [{ value: 'NaN' }] }],
    }),
  )
})

undisturbed(
  'the same start and the same stop again, with the old and a new message id: one session, one bill',
  async t => {
    const charger = await open('T2')
    const begun = Date.now() - HOUR
    const payload = { connectorId: 1, idTag: 'CARD', meterStart: 100, timestamp: new Date(begun).toISOString() }
    const first = await charger.say('StartTransaction', payload, 'same-id')
    t.same(await charger.say('StartTransaction', payload, 'same-id'), first)
    t.same(await charger.say('StartTransaction', payload, 'other-id'), first)
    charger.drop()
    const later = await open('T2')
    t.same(await later.say('StartTransaction', payload, 'same-id'), first)
    const transactionId = first.transactionId as number
    const end = { at: begun + HOUR / 2 }
    await later.stop(transactionId, 1100, end)
    await later.stop(transactionId, 1100, end)
    await later.stop(transactionId, 9999, { at: begun + HOUR })
    const transactions = await transactionsOf('T2')
    t.match(transactions, [{ transactionId, meterStartWh: 100, meterStopWh: 1100 }])
    t.equal(transactions.length, 1)
    const details = await until('the bill', async () => {
      const { items } = await api('GET', '/billing/details?pileId=T2')
      return items.length > 0 && items
    })
    t.match(details, [{ sessionId: String(transactionId), energyWh: 1000 }])
    t.equal(details.length, 1)
  },
)

undisturbed('messages out of order and hours late count at their own time', async t => {
  const charger = await open('F1')
  const begun = Date.now() - 5 * HOUR
  await charger.meter(1, 50, begun - HOUR)
  const { transactionId } = await charger.start({ idTag: 'CARD', meterStart: 1000, at: begun })
  await charger.meter(transactionId, 4000, begun + 2 * HOUR)
  await charger.meter(transactionId, 2000, begun + HOUR)
  await charger.status('Available')
  await charger.stop(transactionId, 5000, { at: begun + 3 * HOUR })
  await charger.meter(transactionId, 3000, begun + 1.5 * HOUR)
  await charger.status('Charging')
  const [detail] = await until('the bill', async () => {
    const { items } = await api('GET', '/billing/details?pileId=F1')
    return items.length > 0 && items
  })
  t.match(detail, {
    sessionId: String(transactionId),
    energyWh: 4000,
    startedAt: new Date(begun).toISOString().replace(/\.000Z$/, 'Z'),
    chargingSeconds: (3 * HOUR) / 1000,
  })
})
