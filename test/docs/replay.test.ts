import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { Command } from 'commander'
import t from 'tap'
import { replayCommand } from '../../cli/replay.ts'
import { addReplay } from '../../cli/replay-program.ts'
import { loadConfig } from '../../config/load.ts'

const root = resolve(import.meta.dirname, '../..')
const guide = readFileSync(resolve(root, 'docs/guide/replay.md'), 'utf8')
/** One command with its answer; those on a database are of a site that we do not have here. */
const shown = [...guide.matchAll(/^```sh\n(.+)\n```\n\n```\n([\s\S]*?)\n```$/gm)]
  .map(([, command, answer]) => ({ command: command!, answer: answer! }))
  .filter(({ command }) => !command.includes('--from-database'))

/** What a command prints, on either stream, through the product's own command line. */
async function printed(command: string): Promise<string> {
  const [call = '', filter] = command.split(' | ')
  const out = new PassThrough()
  const text = out.setEncoding('utf8').toArray()
  const program = new Command().exitOverride()
  addReplay(
    program,
    given => given,
    () => loadConfig({ env: {}, flags: {} }),
    (file, options) => replayCommand(file, { ...options, stdout: out, stderr: out }),
  )
  await program.parseAsync(['replay', ...call.replace('npm run --silent replay -- ', '').split(' ')], { from: 'user' })
  out.end()
  const lines = (await text).join('').trimEnd().split('\n')
  const [, count] = /^head -(\d+)$/.exec(filter ?? '') ?? []
  const [, pattern] = /^grep -E '(.+)'$/.exec(filter ?? '') ?? []
  return lines
    .filter((line, index) => index < Number(count ?? Infinity) && new RegExp(pattern ?? '').test(line))
    .join('\n')
}

t.test('every command of the guide to replay prints what the guide shows', async t => {
  process.chdir(root)
  t.ok(shown.length >= 6)
  for (const { command, answer } of shown) t.equal(await printed(command), answer, command)
  process.exitCode = 0
})
