import t, { type Test } from 'tap'
import { startProduct, type TestProduct } from '../support/product.ts'
import { createSite, yesterday } from '../support/site.ts'

/** All in the evening peak: 1.0 for energy and 0.8 for service, per kWh. */
const time = (hours: number): string => new Date(EIGHT + hours * 3_600_000).toISOString()
const EIGHT = yesterday(20)

/** A site with the HTTP pile T1, and what its box can say. */
async function siteWithHttpPile(t: Test, product: TestProduct) {
  const site = createSite(product)
  const simulator = await product.user('simulator')
  const say = (route: string, body: object) =>
    product.api('POST', `/simulator/${route}`, { pileId: 'T1', ...body }, simulator)
  await product.api('POST', '/simulator/heartbeat', { pileIds: ['T1'] }, simulator)
  await site.pileBecomes('T1', 'available')
  return {
    ...site,
    say,
    /** The called car's session has begun. */
    take: async (number: string, energyWh: number): Promise<string> => {
      const taken = await say('assign-charging', { number, energyWh })
      t.equal(taken.status, 200, JSON.stringify(taken.body))
      return taken.body.sessionId
    },
    progress: (sessionId: string, energyWh: number, hours: number) =>
      say('charging-progress', { sessionId, energyWh, powerW: 3500, at: time(hours) }),
    complete: (sessionId: string, energyWh: number, from: number, to: number) =>
      say('charging-complete', { sessionId, energyWh, startedAt: time(from), endedAt: time(to), reason: 'Other' }),
    closedOnPaper: (sessionId: string) =>
      product.until('it is closed without the word of its pile', async () => {
        const session = await site.session(sessionId)
        return session.provisional && session
      }),
    details: async (requestId: string) =>
      (await product.api('GET', `/billing/details?requestId=${requestId}`)).body.items.toReversed(),
  }
}

t.test(
  'the end of a broken HTTP pile counts also after its session was ended without it: before the bill is made, all is on it',
  async t => {
    await using product = await startProduct(t)
    const site = await siteWithHttpPile(t, product)
    const ada = await product.driver('ada')
    const { body: asked } = await site.ask(ada, 'trickle', 1000)
    const first = await site.take('T1', 1000)
    t.match(await site.say('fault-report', { type: 'hardware', description: 'smoke' }), { status: 200 })
    t.match(await site.closedOnPaper(first), { energyWh: 0, endCause: 'fault', stopReason: 'no-complete-received' })
    t.match(await site.standing(ada), { status: 'interrupted', deliveredEnergyWh: 0 })

    t.match(await site.progress(first, 100, 0.05), { status: 409, body: { code: 'session-ended' } })
    const late = await site.complete(first, 140, 0, 0.1)
    t.match(late, { status: 200, body: { bill: null } }, 'the request goes on elsewhere')
    t.match(await site.session(first), { provisional: false, energyWh: 140, stopReason: 'Other', endCause: 'fault' })
    t.match(await site.standing(ada), { status: 'interrupted', deliveredEnergyWh: 140 })
    t.same(await site.complete(first, 140, 0, 0.1), late, 'repeated: the same answer')

    t.match(await site.say('fault-recovery', {}), { status: 200 })
    await site.becomes(ada, 'called')
    const second = await site.take('T1', 860)
    const done = await site.complete(second, 860, 0.2, 0.5)
    t.match(done, {
      status: 200,
      body: {
        bill: {
          requestId: asked.id,
          energyWh: 1000,
          total: { amount: 180 },
          details: [
            { kind: 'charge', sessionId: first, energyWh: 0, total: { amount: 0 }, stopReason: 'fault' },
            { kind: 'correction', sessionId: first, energyWh: 140, total: { amount: 25 } },
            { kind: 'charge', sessionId: second, energyWh: 860, total: { amount: 155 }, stopReason: 'full' },
          ],
        },
      },
    })
    t.same((await site.complete(first, 140, 0, 0.1)).body, done.body, 'the bill is that of the request')
    t.equal((await site.bills()).length, 1)
  },
)

t.test(
  'a late end makes the first bill where nothing had been read, and a correction beside a bill that was made',
  async t => {
    await using product = await startProduct(t)
    const site = await siteWithHttpPile(t, product)
    const [ada, bob] = [await product.driver('ada'), await product.driver('bob')]

    await site.ask(ada, 'trickle', 4000)
    const first = await site.take('T1', 4000)
    t.match(await site.cancel(ada), { status: 200, body: { status: 'cancelled', bill: null } })
    const made = await site.complete(first, 500, 0, 0.2)
    t.match(made.body.bill, { energyWh: 500, total: { amount: 90 } })
    t.same(await site.complete(first, 500, 0, 0.2), made, 'repeated: the same answer')

    const { body: asked } = await site.ask(bob, 'trickle', 4000)
    const second = await site.take(asked.number, 4000)
    t.match(await site.progress(second, 1000, 0.3), { status: 204 })
    const { bill } = (await site.cancel(bob)).body
    t.match(bill, { energyWh: 1000, details: [{ kind: 'charge', energyWh: 1000, stopReason: 'cancel' }] })
    t.match(await site.progress(second, 1500, 0.4), { status: 409, body: { code: 'session-ended' } })
    const answers = await Promise.all([1, 2, 3].map(() => site.complete(second, 1600, 0, 0.5)))
    for (const answer of answers) t.same(answer, answers[0], 'repeated at once: the same answer')
    const { body: corrected } = answers[0]!
    t.match(corrected.bill, { id: bill.id, total: bill.total, energyWh: 1600 }, 'the total that was told stays')
    t.same(corrected.bill.details[0], bill.details[0])
    t.match(corrected.bill.details.slice(1), [
      { kind: 'correction', sessionId: second, energyWh: 600, total: { amount: 288 - bill.total.amount } },
    ])
    t.match(await site.details(asked.id), [
      { kind: 'charge', billId: bill.id },
      { kind: 'correction', billId: bill.id, correctsId: bill.details[0].id, note: /1000 Wh became 1600 Wh/ },
    ])
    t.same((await site.complete(second, 9000, 0, 0.9)).body, corrected, 'its first end stays')
    t.equal((await site.details(asked.id)).length, 2)
    t.match(await site.session(second), { provisional: false, energyWh: 1600, endedAt: time(0.5) })
  },
)

t.test('a pile that takes its next task before it has completed the last one still completes that one', async t => {
  await using product = await startProduct(t)
  const site = await siteWithHttpPile(t, product)
  const ada = await product.driver('ada')
  const { body: asked } = await site.ask(ada, 'trickle', 3000)
  const first = await site.take('T1', 3000)
  t.match(await site.progress(first, 500, 0.2), { status: 204 })
  t.match(await site.say('fault-report', { type: 'hardware', description: 'smoke' }), { status: 200 })
  t.match(await site.say('fault-recovery', {}), { status: 200 })
  await site.becomes(ada, 'called')
  const second = await site.take('T1', 2000)
  t.not(second, first)
  t.match(await site.session(first), { provisional: true, energyWh: 500 })
  t.match(await site.progress(second, 300, 0.6), { status: 204 })

  t.match(await site.complete(first, 640, 0, 0.3), { status: 200, body: { bill: null } })
  t.match(await site.session(first), { provisional: false, energyWh: 640 })
  t.match(await site.standing(ada), { status: 'charging', sessionId: second, deliveredEnergyWh: 940 })
  t.match(await site.pile('T1'), { state: 'occupied' })
  const done = await site.complete(second, 2360, 0.4, 0.9)
  t.match(done.body.bill, { requestId: asked.id, energyWh: 3000, total: { amount: 540 } })
  t.match(
    done.body.bill.details.map((detail: { kind: string; energyWh: number }) => [detail.kind, detail.energyWh]),
    [
      ['charge', 500],
      ['correction', 140],
      ['charge', 2360],
    ],
  )
})
