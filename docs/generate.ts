/**
 * Writes `docs/reference` from the tables of the code: `npm run docs`. `test/docs/reference.test.ts` fails while the
 * committed copy differs from what the tables say.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { type SettingRow, settings } from '../config/schema.ts'
import { ERRORS } from '../protocol/errors.ts'
import { BASE, type Direction, NEVER_RETAINED, TOPICS } from '../protocol/mqtt/topics.ts'

export interface Document {
  /** Beside this file. */
  path: string
  text: string
}

const GENERATED = '<!-- Written by docs/generate.ts: change the table it names and run `npm run docs`. -->'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const code = (text: string): string => `\`${text}\``

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function configuration(): string {
  const sections = Map.groupBy(settings, ({ path }) => (path.includes('.') ? path.split('.')[0]! : 'general'))
  return `${[
    '# Configuration',
    GENERATED,
    [
      'Later sources win: defaults, then the file (`config/gateway.yaml`, or the one named by `--config`; YAML or JSON), then the',
      'environment, then flags. Lists are separated by commas. A secret can also be read from a file: `JWT_SECRET_FILE` names the',
      'file that holds `JWT_SECRET`. What is wrong is listed all at once, by name, and nothing starts.',
    ].join('\n'),
    'From `config/schema.ts`.',
    ...[...sections].map(([name, rows]) =>
      [
        `## ${name}`,
        table(
          ['file', 'environment', 'flag', 'default', 'what it does'],
          rows.map(row => [code(row.path), code(row.env), code(row.flag), fallback(row), about(row)]),
        ),
      ].join('\n\n'),
    ),
  ].join('\n\n')}\n`
}

function fallback({ default: value }: SettingRow): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.length === 0 ? 'none' : code(value.join(','))
  return code(String(value))
}

const about = (row: SettingRow): string => (row.secret ? `${row.about} (secret: \`${row.env}_FILE\` too)` : row.about)

function errors(): string {
  return `${[
    '# Errors',
    GENERATED,
    [
      'Answers that refuse or fail are `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, `instance`,',
      '`code` and `requestId`; bad input has `errors: [{path, message}]` beside them. `title` is in the language of',
      '`Accept-Language` (en, zh-CN). A `code` never changes its meaning: rely on it, not on texts.',
    ].join('\n'),
    'From `protocol/errors.ts`.',
    table(
      ['code', 'status', 'title', '标题'],
      Object.entries(ERRORS).map(([name, { status, en, zh }]) => [code(name), String(status), en, zh]),
    ),
  ].join('\n\n')}\n`
}

const WHO: Record<Direction, string> = {
  'from-pile': 'A pile says',
  'to-pile': 'We say to a pile',
  'to-all': 'We say to everyone',
  'from-integration': 'Integrations ask',
}

interface Shape {
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Shape[]
  oneOf?: Shape[]
  items?: Shape
  properties?: Record<string, Shape>
  required?: string[]
}

function topics(): string {
  const never = new Set<string>(NEVER_RETAINED)
  const groups = Map.groupBy(Object.entries(TOPICS), ([, { direction }]) => direction)
  return `${[
    '# MQTT topics',
    GENERATED,
    [
      `All topics are below \`${BASE}/v1/\`. Payloads are JSON objects; keys end in their unit; \`ts\` is RFC 3339. Ids outside`,
      '`[a-zA-Z0-9_-]` are percent-encoded in topics. A question mark marks what may be absent or null. In what a pile says,',
      'unknown members are ignored.',
    ].join('\n'),
    'From `protocol/mqtt/topics.ts` and `protocol/mqtt/payloads.ts`.',
    ...[...groups].map(([direction, rows]) =>
      [
        `## ${WHO[direction]}`,
        table(
          ['topic', 'QoS', 'retained', 'what', 'payload'],
          rows.map(([name, topic]) => [
            code(topic.address),
            String(topic.qos),
            topic.retained ? 'yes' : never.has(name) ? 'refused' : 'no',
            topic.summary,
            members(z.toJSONSchema(topic.payload, { io: 'input' }) as Shape),
          ]),
        ),
      ].join('\n\n'),
    ),
  ].join('\n\n')}\n`
}

/** The members of an object in one line; of alternatives, each on a line of its cell. */
function members(shape: Shape): string {
  const choices = alternatives(shape)
  if (choices.length > 0) return choices.map(members).join('<br>')
  return Object.entries(shape.properties ?? {})
    .map(([name, member]) => {
      const required = (shape.required ?? []).includes(name)
      return `\`${name}${required ? '' : '?'}\` ${typeOf(member)}${required && nullable(member) ? ' or null' : ''}`
    })
    .join(', ')
}

const alternatives = ({ anyOf, oneOf }: Shape): Shape[] => anyOf ?? oneOf ?? []

const nullable = (shape: Shape): boolean =>
  [shape, ...alternatives(shape)].some(one => [one.type].flat().includes('null'))

function typeOf(shape: Shape): string {
  const choices = alternatives(shape).filter(({ type }) => type !== 'null')
  if (choices.length > 0) return choices.map(typeOf).join(' or ')
  if (shape.const !== undefined) return code(String(shape.const))
  if (shape.enum) return shape.enum.map(value => code(String(value))).join(' ')
  const type = [shape.type].flat().find(one => one !== 'null')
  if (type === 'array') return `list of ${typeOf(shape.items ?? {})}`
  if (type === 'object') return shape.properties ? `{${members(shape)}}` : 'object'
  if (shape.format === 'date-time') return 'time'
  return type ?? 'anything'
}

export const documents = (): Document[] => [
  { path: 'reference/configuration.md', text: configuration() },
  { path: 'reference/errors.md', text: errors() },
  { path: 'reference/mqtt-topics.md', text: topics() },
]

/** What is committed, or an empty text. */
export function committed({ path }: Document): string {
  try {
    return readFileSync(new URL(path, import.meta.url), 'utf8')
  } catch {
    return ''
  }
}

if (import.meta.main) {
  for (const { path, text } of documents()) writeFileSync(new URL(path, import.meta.url), text)
}
