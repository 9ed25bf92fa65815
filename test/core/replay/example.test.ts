import { readFileSync } from 'node:fs'
import t from 'tap'
import { run } from './run.ts'

const read = (name: string) => JSON.parse(readFileSync(new URL(`examples/${name}`, import.meta.url), 'utf8'))

t.test('timeline-15 gives its answer, member by member', async t => {
  const expected = read('timeline-15.answer.json')
  const answer: Record<string, unknown> = { ...run(read('timeline-15.json')) }
  for (const member of Object.keys(expected)) t.strictSame(answer[member], expected[member], member)
  t.same(Object.keys(answer), ['rejected', 'snapshots', 'details', 'end', 'totals', 'metrics'])
})

t.test('timeline-15 waits', async t => {
  // of seven requests only V2's second (08:20 to 09:00), V4's (09:10 to 09:35) and V1's second (08:40 to 08:50) waited
  t.match(run(read('timeline-15.json')).metrics, { meanWaitMin: 10.71, maxWaitMin: 40, refused: 0 })
})
