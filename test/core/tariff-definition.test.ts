import t from 'tap'
import { defaultTariff, parseTariff } from '../../central/core/tariff/tariff.ts'

t.test('the default tariff is a valid definition and covers the whole day', async t => {
  const tariff = defaultTariff()
  t.same(parseTariff(tariff), { ok: true, value: tariff })
  t.same(parseTariff(JSON.parse(JSON.stringify(tariff))), { ok: true, value: tariff })
  const minutes = tariff.windows.map(({ fromMinute, toMinute }) => (toMinute - fromMinute + 1440) % 1440)
  t.equal(
    minutes.reduce((a, b) => a + b, 0),
    1440,
  )
})

t.test('every problem is named at once with its path', async t => {
  const parsed = parseTariff({
    version: 1,
    currency: 'yuan',
    minorDigits: 2,
    windows: [
      { fromMinute: 0, toMinute: 60, kind: 'peak', price: 1.5 },
      { fromMinute: 1440, toMinute: 1441, kind: '', price: -1 },
      { fromMinute: 60, toMinute: 60, kind: 'flat', price: 1 },
    ],
    service: '0.8',
    discount: 1,
  })
  if (parsed.ok) return t.fail('should be refused')
  const paths = parsed.problems.map(problem => problem.path)
  for (const path of [
    '/currency',
    '/windows/0/price',
    '/windows/1/fromMinute',
    '/windows/1/toMinute',
    '/windows/1/kind',
    '/windows/1/price',
    '/windows/2/toMinute',
    '/service',
    '/',
  ]) {
    t.ok(paths.includes(path), path)
  }
  t.match(parsed.problems.find(problem => problem.path === '/windows/2/toMinute')?.message, /whole day is 0 to 1440/)
})

t.test('what is no definition at all is refused', async t => {
  for (const input of [
    null,
    undefined,
    'tariff',
    7,
    [],
    { ...defaultTariff(), version: 2 },
    { ...defaultTariff(), minorDigits: 3 },
  ]) {
    t.equal(parseTariff(input).ok, false, JSON.stringify(input)?.slice(0, 40) ?? 'undefined')
  }
})
