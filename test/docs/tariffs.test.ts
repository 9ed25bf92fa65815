import { readFileSync } from 'node:fs'
import t from 'tap'
import { settleSession } from '../../central/core/session/settle.ts'
import { tariffProblems } from '../../central/core/tariff/problems.ts'
import { parseTariff, type TariffDefinition } from '../../central/core/tariff/tariff.ts'

const guide = readFileSync(new URL('../../docs/guide/tariffs.md', import.meta.url), 'utf8')
const blocks = [...guide.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, block]) => block!)
const inline = /`(\{"version": 1.*?\})`,/.exec(guide)?.[1]

const definition = (text: string): TariffDefinition => {
  const parsed = parseTariff(JSON.parse(text))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.value
}

t.test('every definition in the guide is one that the product takes', async t => {
  t.equal(blocks.length, 3)
  for (const text of [...blocks, inline!]) t.same(tariffProblems(definition(text), { timeZone: 'Asia/Shanghai' }), [])
})

t.test('the example of a fee for blocking: ten minutes free, then every five begun cost 0.50 and VAT', async t => {
  const startedAt = Date.parse('2026-06-01T04:00:00Z')
  const endedAt = startedAt + 3_600_000
  const settled = settleSession({
    session: { startedAt, endedAt, startRegisterMilliWh: 0, stopRegisterMilliWh: 10_000_000 },
    readings: [],
    tariff: definition(blocks[0]!),
    timeZone: 'Asia/Shanghai',
    pilePowerW: null,
    parking: [{ from: endedAt, to: endedAt + 21 * 60_000 }],
  })
  t.match(settled, { energyFeeMinor: 1130, serviceFeeMinor: 848, otherFeeMinor: 159, totalMinor: 2137 })
})
