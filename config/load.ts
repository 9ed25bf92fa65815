import { existsSync, readFileSync } from 'node:fs'
import { parse as parseYaml } from 'yaml'
import { type Config, envName, flagName, settings, settingsSchema } from './schema.ts'

/** Every problem of the configuration at once, each with the setting's names. */
export class ConfigError extends Error {
  readonly problems: string[]

  constructor(problems: string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map(p => `  - ${p}`).join('\n')}`,
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

export interface Sources {
  /** `--config FILE`; must exist when given. Else config/gateway.yaml, config/gateway.json or configs/config.json if there. */
  file?: string
  env: Record<string, string | undefined>
  /** Values of flags by setting path. */
  flags: Record<string, string>
  cwd?: string
}

const DEFAULT_FILES = ['config/gateway.yaml', 'config/gateway.json', 'configs/config.json']

/** defaults < file < environment < flags. Throws ConfigError with all problems. */
export function loadConfig({ file, env, flags, cwd = process.cwd() }: Sources): Config {
  const problems: string[] = []
  const tree = readFile(file, cwd, problems)
  for (const { path, env: name, secret } of settings) {
    const value = env[name] ?? (secret ? readSecret(env[`${name}_FILE`], `${name}_FILE`, problems) : undefined)
    if (value !== undefined && value !== '') assign(tree, path, value)
    const flag = flags[path]
    if (flag !== undefined) assign(tree, path, flag)
  }
  const parsed = settingsSchema.safeParse(tree)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const path = issue.path.join('.')
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) problems.push(`${path === '' ? key : `${path}.${key}`}: there is no such setting`)
      } else {
        problems.push(`${path} (${envName(path)}, ${flagName(path)}): ${issue.message}`)
      }
    }
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems)
  return parsed.data
}

/** The URL of an outside database, or undefined for the embedded one. */
export function databaseUrl({ database, db }: Config): string | undefined {
  if (database.url !== undefined) return database.url
  if (db.host === undefined) return undefined
  const user = encodeURIComponent(db.user)
  const password = db.password === undefined ? '' : `:${encodeURIComponent(db.password)}`
  return `postgres://${user}${password}@${db.host}:${db.port}/${encodeURIComponent(db.name)}`
}

type Tree = { [key: string]: unknown }

function readFile(file: string | undefined, cwd: string, problems: string[]): Tree {
  const path = file ?? DEFAULT_FILES.map(name => `${cwd}/${name}`).find(existsSync)
  if (path === undefined) return {}
  let content: unknown
  try {
    content = parseYaml(readFileSync(path, 'utf8')) ?? {}
  } catch (error) {
    problems.push(`${path}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
    return {}
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    problems.push(`${path}: must hold an object of settings`)
    return {}
  }
  return fromOriginal(structuredClone(content) as Tree)
}

/** The original system's file: `server` {host, port} and `database` {host, port, user, password, dbname|name}. */
function fromOriginal(tree: Tree): Tree {
  const { server, ...rest } = tree
  const out: Tree = rest
  if (isTree(server)) out.http = { ...server, ...(isTree(out.http) ? out.http : {}) }
  if (isTree(out.database) && 'host' in out.database) {
    const { url, poolSize, dbname, sslmode: _ignored, ...db } = out.database
    out.db = { ...db, ...(dbname === undefined ? {} : { name: dbname }), ...(isTree(out.db) ? out.db : {}) }
    out.database = { ...(url === undefined ? {} : { url }), ...(poolSize === undefined ? {} : { poolSize }) }
  }
  return out
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

function readSecret(path: string | undefined, name: string, problems: string[]): string | undefined {
  if (path === undefined || path === '') return undefined
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    problems.push(`${name}: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

function assign(tree: Tree, path: string, value: unknown): void {
  const keys = path.split('.')
  const last = keys.pop()!
  let node = tree
  for (const key of keys) {
    const next = node[key]
    if (isTree(next)) node = next
    else {
      const made: Tree = {}
      node[key] = made
      node = made
    }
  }
  node[last] = value
}
