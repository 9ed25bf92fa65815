import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** What we need of a tap test. */
interface Test {
  teardown(done: () => Promise<void>): void
}

const MISSING = "is not installed: these tests drive the product with Debian's mosquitto-clients (apt-get install it)"
/** Real ms in which a message has to come. */
const PATIENCE_MS = 20_000

/** The command line of Debian's MQTT clients, with somebody's user name. */
export function mosquitto(url: string, username: string, password?: string) {
  const { hostname, port } = new URL(url)
  const who = ['-h', hostname, '-p', port, '-u', username, ...(password === undefined ? [] : ['-P', password])]

  return {
    /** `mosquitto_pub -q 1`: resolves when the product has acknowledged, rejects with what the client says otherwise. */
    async publish(topic: string, payload: object, ...more: string[]): Promise<void> {
      const child = spawn('mosquitto_pub', [...who, '-q', '1', '-t', topic, '-m', JSON.stringify(payload), ...more])
      const { code, errors } = await ended('mosquitto_pub', child)
      if (code !== 0) throw new Error(`mosquitto_pub to ${topic} ended with ${code}: ${errors}`)
    },

    /** `mosquitto_sub`, running until the test ends. */
    async subscribe(t: Test, filter: string) {
      // line by line, also into a pipe
      const child = spawn('stdbuf', [
        '-oL',
        'mosquitto_sub',
        ...who,
        '-q',
        '1',
        '-d',
        '-F',
        'message %t %p',
        '-t',
        filter,
      ])
      const over = ended('mosquitto_sub', child)
      t.teardown(async () => {
        child.kill()
        await over
      })
      const kept: { topic: string; payload: unknown }[] = []
      const wanted = new Map<string, (payload: unknown) => void>()
      const subscribed = Promise.withResolvers<void>()
      over.then(({ errors }) => subscribed.reject(new Error(`mosquitto_sub ended: ${errors}`)), subscribed.reject)
      createInterface({ input: child.stdout! }).on('line', line => {
        if (line.startsWith('Subscribed')) subscribed.resolve()
        const [, topic, text] = line.match(/^message (\S+) (.*)$/) ?? []
        if (topic === undefined) return
        const payload = text === '' ? null : JSON.parse(text!)
        const give = wanted.get(topic)
        wanted.delete(topic)
        if (give) give(payload)
        else kept.push({ topic, payload })
      })
      await subscribed.promise

      return {
        /** The next message of a topic, or one that has come already. */
        // biome-ignore lint/suspicious/noExplicitAny: a payload of any topic
        async next(topic: string): Promise<any> {
          const index = kept.findIndex(message => message.topic === topic)
          if (index >= 0) return kept.splice(index, 1)[0]!.payload
          const { promise, resolve, reject } = Promise.withResolvers<unknown>()
          wanted.set(topic, resolve)
          const timer = setTimeout(() => reject(new Error(`nothing came on ${topic}`)), PATIENCE_MS)
          return promise.finally(() => clearTimeout(timer))
        },
      }
    },
  }
}

async function ended(command: string, child: ReturnType<typeof spawn>): Promise<{ code: number; errors: string }> {
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', text => {
    errors += text
  })
  const missing = once(child, 'error').then(([error]) => {
    throw error.code === 'ENOENT' ? new Error(`${command} ${MISSING}`) : error
  })
  const closed = once(child, 'close').then(([code]) => ({ code: Number(code), errors }))
  missing.catch(() => {})
  closed.catch(() => {})
  const result = await Promise.race([closed, missing])
  if (result.code === 127) throw new Error(`${command} ${MISSING}`)
  return result
}
