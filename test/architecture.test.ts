import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import t from 'tap'

/** The rules of the cut, from import lines: who may know whom, and where the outside world is allowed in. */
const ROOT = resolve(import.meta.dirname, '..')
const FOLDERS = ['protocol', 'gateway', 'central', 'simulator', 'config', 'cli', 'bench', 'migrations']

interface Import {
  file: string
  /** `central/core/queue/yard.ts` for one of ours, `pg` or `node:net` for others. */
  target: string
  own: boolean
  typeOnly: boolean
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter(file => !file.startsWith('central/console/'))
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)].map(
    ([, type, spec]) => {
      const own = spec!.startsWith('.')
      const target = own ? relative(ROOT, resolve(ROOT, dirname(file), spec!)) : packageOf(spec!)
      return { file, target, own, typeOnly: type !== undefined }
    },
  )
}

const packageOf = (spec: string): string =>
  spec.startsWith('node:')
    ? spec
    : spec
        .split('/')
        .slice(0, spec.startsWith('@') ? 2 : 1)
        .join('/')

const files = [...FOLDERS.flatMap(folder => sources(folder)), 'main.ts']
const imports = files.flatMap(importsOf)

const inside = (path: string, ...folders: string[]): boolean =>
  folders.some(folder => path === folder || path.startsWith(`${folder}/`))

/** Imports from `folder` into anything of ours outside `allowed`. */
const strays = (folder: string, allowed: string[]): string[] =>
  imports
    .filter(({ file, own, target }) => own && inside(file, folder) && !inside(target, ...allowed))
    .map(({ file, target }) => `${file} -> ${target}`)

t.test('the reader of import lines sees them', async t => {
  t.ok(imports.length > 300, `${imports.length} imports in ${files.length} files`)
  t.ok(imports.some(({ file, target }) => file === 'main.ts' && target === 'central/central.ts'))
})

t.test('protocol imports none of ours', async t => t.same(strays('protocol', ['protocol']), []))

t.test('gateway and central never import each other', async t => {
  t.same(strays('gateway', ['gateway', 'protocol']), [])
  t.same(strays('central', ['central', 'protocol', 'migrations']), [])
})

t.test('migrations are known to the store alone', async t => {
  t.same(
    imports
      .filter(({ file, target }) => inside(target, 'migrations') && !inside(file, 'migrations', 'central/store'))
      .map(({ file }) => file),
    [],
  )
})

t.test(
  'central/core is pure: it imports protocol, itself and zod, nothing that has a clock, a socket or a file',
  async t => {
    t.same(strays('central/core', ['central/core', 'protocol']), [])
    t.same(
      imports
        .filter(({ file, own, target }) => inside(file, 'central/core') && !own && target !== 'zod')
        .map(({ file, target }) => `${file} -> ${target}`),
      [],
    )
    const impure =
      /\bDate\.now\(|\bMath\.random\(|\bnew Date\(\)|\bconsole\.|\bawait\b|\bPromise\b|\bsetTimeout\b|\bTemporal\.Now\b/
    t.same(
      files.filter(
        file => inside(file, 'central/core') && impure.test(withoutComments(readFileSync(join(ROOT, file), 'utf8'))),
      ),
      [],
    )
  },
)

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')

t.test('protocol and central know no sockets; the wire packages stay in their folders', async t => {
  const homes: Record<string, string[]> = {
    ws: ['gateway/ocpp'],
    'ocpp-rpc': ['gateway/ocpp/rpc', 'simulator/ocpp'],
    aedes: ['gateway/mqtt'],
    mqtt: ['gateway/mqtt', 'simulator/mqtt'],
    fastify: ['central/api'],
    '@fastify/jwt': ['central/api'],
    '@mikro-orm/core': ['central/store', 'migrations', 'central/use-cases'],
    '@mikro-orm/postgresql': ['central/store', 'central/use-cases'],
    '@mikro-orm/migrations': ['central/store', 'migrations'],
    pg: ['central/store', 'central/use-cases'],
    ioredis: ['gateway/link', 'central/store'],
    'node:net': ['gateway', 'central/store/embedded'],
    'node:http': ['gateway/ocpp', 'central/api'],
    'node:child_process': ['central/store/embedded'],
    'node:fs': ['central/store/embedded', 'config', 'main.ts', 'cli'],
    'node:fs/promises': ['central/store/embedded', 'central/use-cases/accounts', 'cli'],
    commander: ['cli', 'simulator'],
  }
  const wrong = imports
    .filter(
      ({ own, typeOnly, target, file }) => !own && !typeOnly && target in homes && !inside(file, ...homes[target]!),
    )
    .map(({ file, target }) => `${file} -> ${target}`)
  t.same(wrong, [])
})

t.test('central speaks of no charger protocol outside of the vocabulary', async t => {
  const dialects = ['protocol/ocpp16', 'protocol/mqtt']
  t.same(
    imports
      .filter(({ file, target }) => inside(file, 'central') && inside(target, ...dialects))
      .map(({ file, target }) => `${file} -> ${target}`),
    [],
  )
})

t.test('the simulator imports only protocol', async t => t.same(strays('simulator', ['simulator', 'protocol']), []))

t.test('gateway, central and simulator meet in main.ts and the command line alone', async t => {
  t.same(strays('config', ['config']), [])
  const roots = ['main.ts', 'cli', 'bench']
  const meet = imports
    .filter(({ file, own, target }) => own && inside(target, ...roots) && !inside(file, ...roots))
    .map(({ file, target }) => `${file} -> ${target}`)
  t.same(meet, [])
})

t.test('a folder under gateway and its neighbour share only ports', async t => {
  const gateways = ['gateway/ocpp', 'gateway/mqtt', 'gateway/http']
  const crossed = imports.filter(
    ({ file, own, target }) =>
      own && gateways.some(one => inside(file, one) && gateways.some(other => other !== one && inside(target, other))),
  )
  t.same(
    crossed.map(({ file, target }) => `${file} -> ${target}`),
    [],
  )
})
