import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { measure } from '../../bench/measure.ts'

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../../bench/run.ts'), ...args], { encoding: 'utf8' })

t.test('the help names every bench', async t => {
  const { status, stdout } = bench('--help')
  t.equal(status, 0)
  t.match(stdout, /^ {2}plan {2,}\S/m)
})

t.test('an unknown name is refused with those there are', async t => {
  t.match(bench('nothing'), { status: 2, stdout: '', stderr: /There is no bench "nothing".*plan/ })
})

t.test('every case has its own fresh input each time, and the first one is the baseline', async t => {
  let made = 0
  const rows = measure(
    ['a', 'b'].map(name => ({
      name,
      prepare: () => ({ runs: made++ && 0 }),
      run: (input: { runs: number }) => {
        input.runs++
      },
      note: ({ runs }: { runs: number }) => `${runs} run`,
    })),
    5,
  )
  t.match(rows, [
    { name: 'a', ratio: 1, note: '1 run' },
    { name: 'b', note: '1 run' },
  ])
  t.equal(made, 12, 'one round to warm up')
})
