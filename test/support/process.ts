import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '../../central/store/embedded/liveness.ts'
import { runningPostmaster, stopPostmaster } from '../../central/store/embedded/postmaster.ts'
import { exchange } from './exchange.ts'

/** What we need of a tap test. */
interface Test {
  teardown(done: () => Promise<void>): void
}

export interface Ready {
  http: string
  ocpp: string
  mqtt: string
  pid: number
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface Answer {
  status: number
  headers: Headers
  // Tests assert on what is there; a wrong shape fails them.
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any route
  body: any
}

export const ADMIN_PASSWORD = 'administers-the-test'
const MAIN = new URL('../../main.ts', import.meta.url).pathname
/** Real ms after which something that should have come is a failure; the box may be busy. */
const PATIENCE_MS = 60_000
const ASK_AGAIN_MS = 50

/** Asks until there is an answer; fails with `what` and the last one when it never comes. Errors count as no answer. */
export async function until<T>(what: string, check: () => Promise<T> | T, patienceMs = PATIENCE_MS): Promise<T & {}> {
  const deadline = Date.now() + patienceMs
  let last: unknown
  do {
    try {
      last = await check()
      if (last) return last as T & {}
    } catch (error) {
      last = error
    }
    await pause(ASK_AGAIN_MS)
  } while (Date.now() < deadline)
  throw new assert.AssertionError({ message: `never: ${what}`, actual: last })
}

/** A data folder of a test's own. As root the embedded server is another user, who must be able to enter. */
export async function dataFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ev-process-'))
  await chmod(folder, 0o711)
  t.teardown(async () => {
    const server = await runningPostmaster(join(folder, 'postgres'))
    if (server !== null) await stopPostmaster(server.pid)
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

/** The embedded PostgreSQL of a data folder, from its postmaster.pid; null when none runs. */
export const databaseOf = (folder: string): ReturnType<typeof runningPostmaster> =>
  runningPostmaster(join(folder, 'postgres'))

export interface Launch {
  args?: string[]
  /** The whole environment beside PATH; the tester's own settings stay outside. */
  env?: Record<string, string>
  cwd?: string
}

/** `node main.ts ...` as a child of its own; ended with the test. */
export function launch(t: Test, { args = [], env = {}, cwd = tmpdir() }: Launch) {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...coverage(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    pid: child.pid!,
    /** Resolves when the process has ended and its output is read. */
    ended,
    stdout: (): string => stdout,
    stderr: (): string => stderr,
    isAlive: (): boolean => isAlive(child.pid!),
    end(signal: NodeJS.Signals): Promise<Ended> {
      child.kill(signal)
      return ended
    },
  }
}

/** What a test's coverage needs in a child that has an environment of its own. */
const coverage = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => /^(NODE_V8_COVERAGE|_TAPJS_)/.test(entry[0]) && entry[1] !== undefined,
    ),
  )

/** Runs to its end by itself: wrong input, `--help`. */
export const runToEnd = (t: Test, what: Launch): Promise<Ended> => launch(t, what).ended

/** Where a process keeps its data and what it is told beside that. */
export interface Start {
  dataDir: string
  env?: Record<string, string>
}

/** Serves on free ports of 127.0.0.1 and waits for the ready line. */
export async function startProcess(t: Test, { dataDir, env = {} }: Start) {
  const running = launch(t, {
    args: ['serve'],
    cwd: dataDir,
    env: {
      DATA_DIR: dataDir,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      OCPP_HOST: '127.0.0.1',
      OCPP_PORT: '0',
      OCPP_SETTLE_DELAY_SECONDS: '0',
      MQTT_HOST: '127.0.0.1',
      MQTT_PORT: '0',
      ADMIN_PASSWORD,
      ...env,
    },
  })
  let over: Ended | null = null
  running.ended.then(
    end => {
      over = end
    },
    () => {},
  )
  const ready = await until('the ready line', () => {
    const line = readyLine(running.stdout())
    if (line === null && over !== null) return { failed: over }
    return line
  })
  if ('failed' in ready) throw new Error(`it ended before it was ready: ${JSON.stringify(ready.failed, null, 1)}`)
  const { http } = ready

  /** One HTTP exchange below /api/v1, or anywhere with a path that begins with `//`. */
  async function ask(method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
    const { response, text } = await exchange(path.startsWith('//') ? http + path.slice(1) : `${http}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }

  async function signIn(username: string, password: string): Promise<string> {
    const { status, body } = await ask('POST', '/auth/login', { username, password })
    assert.equal(status, 200, `${username} signs in: ${JSON.stringify(body)}`)
    return body.token
  }

  const admin = await signIn('admin', ADMIN_PASSWORD)
  return {
    ...running,
    ...ready,
    ask,
    signIn,
    admin,
    /** As the administrator; any status but 2xx is an error. */
    async api(method: string, path: string, body?: unknown, token = admin): Promise<Answer['body']> {
      const answer = await ask(method, path, body, token)
      assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body
    },
    /** Registers a driver with a vehicle, signs them in. */
    async driver(name: string): Promise<{ token: string; id: string; tag: string }> {
      const password = `drives-${name}-home`
      const vehicle = { plate: name.toUpperCase(), batteryCapacityWh: 60_000 }
      const made = await ask('POST', '/auth/register', { username: name, password, vehicle })
      assert.equal(made.status, 201, `${name} registers: ${JSON.stringify(made.body)}`)
      const token = await signIn(name, password)
      const { body } = await ask('GET', '/auth/profile', undefined, token)
      return { token, id: body.id, tag: body.idTags[0] }
    },
  }
}

export type RunningProduct = Awaited<ReturnType<typeof startProcess>>

function readyLine(stdout: string): Ready | null {
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('{')) continue
    try {
      const said = JSON.parse(line)
      if (said.msg === 'ready') return said
    } catch {
      // the rest of the line has not come yet
    }
  }
  return null
}
