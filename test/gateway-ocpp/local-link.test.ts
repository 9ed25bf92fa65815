import t from 'tap'
import { createLocalChargers, type Gateway } from '../../gateway/link/local.ts'
import { setUp } from './harness.ts'

const sending = { commandId: 'k', timeoutMs: 10_000 }

t.test('a command goes to the gateway that holds the link', async t => {
  const [first, second] = [await setUp(t), await setUp(t)]
  const chargers = createLocalChargers([first.gateway, second.gateway])
  const client = await second.open('CP1')
  const outcome = chargers.send('cp1', { verb: 'reset', hard: true }, sending)
  const [, id] = await client.next()
  client.send([3, id, { status: 'Accepted' }])
  t.match(await outcome, { status: 'accepted' })
  await chargers.disconnect('CP1', 'enough')
  t.match(await client.closed, { reason: 'enough' })
})

t.test('where no gateway holds the link, a command is offline, and one that is never allowed is refused', async t => {
  const { gateway } = await setUp(t)
  const chargers = createLocalChargers([gateway])
  t.same(await chargers.send('CP1', { verb: 'reset', hard: true }, sending), { status: 'offline' })
  t.match(await chargers.send('CP1', { verb: 'native', action: 'Nonsense', payload: {} }, sending), {
    status: 'refused',
  })
  await chargers.disconnect('CP1', 'nobody is there')
})

t.test('without any gateway every charger is offline', async t => {
  const none: Gateway[] = []
  t.same(await createLocalChargers(none).send('CP1', { verb: 'reset', hard: true }, sending), { status: 'offline' })
})
