import t from 'tap'
import { startProduct } from '../support/product.ts'
import { createSite, yesterday } from '../support/site.ts'

// yesterday from 10 to 15 o'clock is peak: 1.00 and 0.80 service, so 1.80 CNY per kWh
const CNY = (amount: number) => ({ amount, currency: 'CNY' })

t.test('a prepaid driver charges until the balance is used up, pays from it, and must top up', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const { api } = product
  const ada = await product.driver('ada')
  const money = (path: string, body: object) => api('POST', `/users/${ada.id}/wallet/${path}`, body)
  const balance = async () => (await api('GET', '/wallet', undefined, ada.token)).body.balance
  t.match(await api('GET', '/wallet', undefined, ada.token), { status: 404 }, 'without a wallet a driver pays later')
  t.match(await money('top-ups', { amount: CNY(500), note: 'cash' }), { status: 201, body: { balance: CNY(500) } })
  t.match(await money('top-ups', { amount: { amount: 1, currency: 'EUR' } }), { status: 409 }, 'one currency')
  t.match(await money('payouts', { amount: CNY(501) }), { status: 409, body: { code: 'no-credit' } })

  await using charger = await site.open('F1')
  const asked = (await site.ask(ada)).body
  const { transactionId } = await charger.start({ idTag: ada.tag, meterStart: 0, at: yesterday(11) })
  await site.becomes(ada, 'charging')
  await charger.meter(transactionId, 2000, yesterday(11.2))
  await charger.meter(transactionId, 3000, yesterday(11.3))
  t.same(await charger.next('RemoteStopTransaction'), { transactionId }, '5.40 is above 5.00')
  await charger.stop(transactionId, 3000, { at: yesterday(11.3), reason: 'Remote' })
  await site.ended(asked.id)
  const [bill] = await site.bills()
  t.match(bill, { state: 'paid', total: CNY(540), details: [{ stopReason: 'limit' }] })
  t.same(await balance(), CNY(-40), 'by its last sample it went a little over')
  t.match(await api('GET', `/billing/bills/${bill.id}/payments`, undefined, ada.token), {
    body: { state: 'paid', items: [{ kind: 'payment', provider: 'wallet', amount: CNY(540) }] },
  })

  t.match(await site.ask(ada), { status: 409, body: { code: 'no-credit' } })
  await money('top-ups', { amount: CNY(1000) })
  t.match(await site.ask(ada), { status: 201 })
  t.match(await api('POST', `/billing/bills/${bill.id}/refunds`, { amount: CNY(541), note: 'too much' }), {
    status: 409,
  })
  t.match(await api('POST', `/billing/bills/${bill.id}/refunds`, { note: 'the pile was faulty' }), {
    status: 201,
    body: { state: 'refunded', items: [{ kind: 'payment' }, { kind: 'refund', provider: 'wallet', amount: CNY(540) }] },
  })
  t.same(await balance(), CNY(1500))
  const { items } = (await api('GET', '/wallet/entries', undefined, ada.token)).body
  t.same(
    items.map((entry: { kind: string; balance: object }) => [entry.kind, entry.balance]),
    [
      ['refund', CNY(1500)],
      ['top-up', CNY(960)],
      ['payment', CNY(-40)],
      ['top-up', CNY(500)],
    ],
  )
  t.match((await api('GET', '/ledger')).body, { holds: true, chains: [{ links: 4 }] })
})

t.test('a budget of a tag ends a walk-up; one of a day counts what was billed before', async t => {
  await using product = await startProduct(t)
  const site = createSite(product)
  const { api } = product
  await api('PUT', '/id-tags/CARD1', { status: 'Accepted' })
  const budget = (period: string, amount: number) =>
    api('PUT', `/id-tags/card1/budgets/${period}`, { limit: CNY(amount) })
  t.match(await budget('session', 300), {
    status: 200,
    body: { items: [{ period: 'session', limit: CNY(300), spent: CNY(0) }] },
  })
  await using charger = await site.open('F1')
  const charge = async (hour: number, steps: number[]) => {
    const { transactionId } = await charger.start({ idTag: 'CARD1', meterStart: 0, at: yesterday(hour) })
    await product.until('it is joined', async () => (await site.session(transactionId)).requestId !== null)
    for (const [index, wh] of steps.entries())
      await charger.meter(transactionId, wh, yesterday(hour + (index + 1) / 10))
    t.same(await charger.next('RemoteStopTransaction'), { transactionId })
    await charger.stop(transactionId, steps.at(-1)!, { at: yesterday(hour + 0.5), reason: 'Remote' })
    await product.until('it is billed', async () =>
      (await site.bills()).some(({ details }) => details[0].sessionId === String(transactionId)),
    )
  }
  await charge(11, [1000, 1700])
  await budget('day', 500)
  await charge(12, [1000, 1200])
  const bills = await site.bills()
  t.match(bills, [{ state: 'unpaid', total: CNY(306) }, { total: CNY(216) }], '5.22 of 5.00 in two sessions')
  t.match(
    (await api('GET', '/id-tags/CARD1/budgets')).body.items.find(({ period }: { period: string }) => period === 'day'),
    { spent: CNY(522) },
  )
  t.match(await api('DELETE', '/id-tags/CARD1/budgets/day'), { status: 204 })
  t.match(await api('DELETE', '/id-tags/CARD1/budgets/day'), { status: 404 })

  const [bill] = bills
  const pay = async (body: object, headers = {}) => {
    const answer = await fetch(`${product.http}/api/v1/billing/bills/${bill.id}/payments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.admin}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json() }
  }
  t.match(await pay({ amount: CNY(307) }), { status: 409 }, 'not more than is open')
  t.match(await pay({ provider: 'wallet' }), { status: 409 }, 'a wallet pays by itself')
  const part = { provider: 'terminal', amount: CNY(106), reference: 'R-1' }
  t.match(await pay(part, { 'idempotency-key': 'once' }), { status: 201, body: { state: 'unpaid' } })
  t.match(
    await pay(part, { 'idempotency-key': 'once' }),
    { status: 201, body: { items: { length: 1 } } },
    'told twice, paid once',
  )
  t.match(await pay({}), {
    status: 201,
    body: { state: 'paid', items: [{ provider: 'terminal' }, { provider: 'manual', amount: CNY(200) }] },
  })
  t.match(await pay({}), { status: 409 }, 'nothing is open')
})
