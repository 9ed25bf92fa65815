import { z } from 'zod'

/**
 * Every setting of the product. One table drives validation, environment names, flags, `--help` and
 * docs/reference/configuration.md. A setting `section.keyName` is `SECTION_KEY_NAME` in the environment and
 * `--section-key-name` as a flag; a secret can also be read from the file named by `SECTION_KEY_NAME_FILE`.
 */
export interface Setting {
  about: string
  secret?: true
}

const fromText = <T extends z.ZodType>(convert: (text: string) => unknown, type: T) =>
  z.preprocess(value => (typeof value === 'string' ? convert(value.trim()) : value), type)

const toNumber = (text: string): unknown => (text === '' || Number.isNaN(Number(text)) ? text : Number(text))
const toFlag = (text: string): unknown =>
  ({ true: true, '1': true, yes: true, on: true, false: false, '0': false, no: false, off: false })[
    text.toLowerCase()
  ] ?? text
const toList = (text: string): unknown =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(Boolean)

const toJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const integer = (min: number, max: number) => fromText(toNumber, z.number().int().min(min).max(max))
const positive = (max: number) => fromText(toNumber, z.number().positive().max(max))
const port = () => integer(0, 65_535)
const flag = () => fromText(toFlag, z.boolean())
const text = () => z.string()
const choice = <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values)

const integration = z.strictObject({
  username: z.string().min(1),
  password: z.string().min(8),
  mayCommand: z.boolean().default(false),
})

export const settingsSchema = z.strictObject({
  environment: choice(['development', 'production'])
    .default('development')
    .meta({ about: 'production refuses to run as root' }),
  roles: fromText(toList, z.array(choice(['ocpp', 'mqtt', 'api', 'dispatch'])).min(1))
    .default(['ocpp', 'mqtt', 'api', 'dispatch'])
    .meta({
      about: 'for several processes: the parts this one is for, comma-separated (one process runs all of them so far)',
    }),
  allowRoot: flag().default(false).meta({ about: 'run as root in production all the same' }),
  http: z
    .strictObject({
      port: port().default(8080).meta({ about: 'REST API, documentation and health; 0 is any free port' }),
      host: text().default('0.0.0.0').meta({ about: 'address to listen on' }),
      linkTimeoutSeconds: integer(5, 86_400)
        .default(300)
        .meta({ about: 'an HTTP pile silent for this long counts as offline' }),
    })
    .prefault({}),
  ocpp: z
    .strictObject({
      port: port().default(9000).meta({ about: 'OCPP 1.6 WebSocket; 0 is any free port' }),
      host: text().default('0.0.0.0').meta({ about: 'address to listen on' }),
      path: text()
        .startsWith('/')
        .default('/ocpp')
        .meta({ about: 'charge points connect to ws://host:port/path/IDENTITY' }),
      acceptUnknown: flag()
        .default(false)
        .meta({ about: 'let charge points in that nobody has registered (private addresses only)' }),
      validation: choice(['tolerant', 'strict'])
        .default('tolerant')
        .meta({ about: 'repair what real chargers get wrong, or refuse it' }),
      callTimeoutSeconds: positive(600)
        .default(30)
        .meta({ about: 'how long a charge point may take to answer a command' }),
      heartbeatIntervalSeconds: integer(10, 86_400).default(300).meta({ about: 'told to charge points at boot' }),
      pingSeconds: integer(0, 3600).default(30).meta({ about: 'WebSocket ping; two misses close; 0 is none' }),
      settleDelaySeconds: fromText(toNumber, z.number().min(0).max(60))
        .default(2)
        .meta({ about: 'quiet after a boot before the first command' }),
      maxMessageBytes: integer(4096, 16_777_216)
        .default(1_048_576)
        .meta({ about: 'longer messages are refused, and close the connection above four times this' }),
      messagesPerSecond: integer(1, 100_000)
        .default(200)
        .meta({ about: 'of one charge point; faster ones are slowed down' }),
      connectionsPerAddress: integer(1, 1_000_000).default(10_000).meta({ about: 'open connections of one address' }),
    })
    .prefault({}),
  mqtt: z
    .strictObject({
      port: port().default(1883).meta({ about: 'embedded MQTT broker; 0 is any free port' }),
      host: text().default('0.0.0.0').meta({ about: 'address to listen on' }),
      url: text()
        .optional()
        .meta({ about: 'an outside broker instead of the embedded one, mqtt://user:password@host:1883', secret: true }),
      allowAnonymous: flag()
        .default(false)
        .meta({ about: 'clients without credentials may read all and act as any pile' }),
      integrations: fromText(toJson, z.array(integration))
        .default([])
        .meta({ about: 'clients that read all topics: [{"username", "password", "mayCommand"}]', secret: true }),
    })
    .prefault({}),
  database: z
    .strictObject({
      url: text()
        .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
        .refine(URL.canParse, 'is not a URL')
        .optional()
        .meta({ about: 'PostgreSQL; without it a database is kept in data.dir/postgres', secret: true }),
      poolSize: integer(2, 200).default(10).meta({ about: 'connections of this process' }),
    })
    .prefault({}),
  db: z
    .strictObject({
      host: text().optional().meta({ about: 'instead of database.url' }),
      port: port().default(5432).meta({ about: 'with db.host' }),
      name: text().default('ev_charging').meta({ about: 'with db.host' }),
      user: text().default('postgres').meta({ about: 'with db.host' }),
      password: text().optional().meta({ about: 'with db.host', secret: true }),
    })
    .prefault({}),
  data: z
    .strictObject({ dir: text().default('./data').meta({ about: 'database, secrets and logs of this box' }) })
    .prefault({}),
  redis: z
    .strictObject({ url: text().optional().meta({ about: 'for several processes (not used yet)', secret: true }) })
    .prefault({}),
  jwt: z
    .strictObject({
      secret: text()
        .min(32)
        .optional()
        .meta({ about: 'signs tokens; made once and kept in data.dir when not set', secret: true }),
    })
    .prefault({}),
  admin: z
    .strictObject({
      password: text()
        .min(8)
        .optional()
        .meta({ about: 'of the first administrator; random when not set', secret: true }),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
        .default('info')
        .meta({ about: 'how much is logged' }),
      pretty: flag().optional().meta({ about: 'text for people; default: on a terminal' }),
    })
    .prefault({}),
  clock: z
    .strictObject({
      speed: positive(100_000)
        .default(1)
        .meta({ about: 'charging time runs this much faster: demonstrations and tests only' }),
    })
    .prefault({}),
  retention: z
    .strictObject({
      messagesDays: integer(1, 3650).default(7).meta({ about: 'raw OCPP messages are kept this long' }),
      readingsDays: integer(1, 3650).default(400).meta({ about: 'meter readings are kept this long' }),
    })
    .prefault({}),
  charging: z
    .strictObject({
      fastChargingPileNum: integer(0, 500)
        .default(2)
        .meta({ about: 'piles F1, F2, ... of the site made at first start' }),
      trickleChargingPileNum: integer(0, 500)
        .default(3)
        .meta({ about: 'piles T1, T2, ... of the site made at first start' }),
      fastChargingPower: positive(2000).default(7).meta({ about: 'kW of a fast pile' }),
      trickleChargingPower: positive(2000).default(3.5).meta({ about: 'kW of a trickle pile' }),
      maxQueueLength: integer(0, 100_000).default(10).meta({ about: 'cars in the waiting area' }),
      queueLength: integer(1, 1000).default(2).meta({ about: 'cars at one pile, the charging one included' }),
      timeZone: text()
        .refine(isTimeZone, 'is not an IANA time zone')
        .default('Asia/Shanghai')
        .meta({ about: 'of the site made at first start' }),
      arrivalGraceMinutes: positive(1440)
        .default(10)
        .meta({ about: 'a called driver plugs in within this time, or loses the place' }),
      startTimeoutMinutes: positive(60)
        .default(2)
        .meta({ about: 'a remote start that has begun nothing by then has failed' }),
      stopTimeoutMinutes: positive(60)
        .default(5)
        .meta({ about: 'a session whose pile is long free and that got no end is closed provisionally' }),
      offlineTimeoutMinutes: positive(1440)
        .default(5)
        .meta({ about: 'the cars that wait at a pile without a link for this long are called elsewhere' }),
    })
    .prefault({}),
})

export type Config = z.output<typeof settingsSchema>

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

export interface SettingRow {
  /** `ocpp.callTimeoutSeconds` */
  path: string
  /** `OCPP_CALL_TIMEOUT_SECONDS` */
  env: string
  /** `--ocpp-call-timeout-seconds` */
  flag: string
  about: string
  secret: boolean
  default: unknown
}

const words = (path: string): string[] =>
  path
    .split('.')
    .flatMap(part => part.split(/(?=[A-Z])/))
    .map(word => word.toLowerCase())
export const envName = (path: string): string => words(path).join('_').toUpperCase()
export const flagName = (path: string): string => `--${words(path).join('-')}`

/** Every setting, in order: read by the loader, `--help` and the documentation. */
export const settings: SettingRow[] = rows(settingsSchema, '')

function rows(schema: z.ZodObject, prefix: string): SettingRow[] {
  return Object.entries(schema.shape).flatMap(([key, type]) => {
    const path = prefix + key
    const inner = type instanceof z.ZodPrefault ? type.unwrap() : type
    if (inner instanceof z.ZodObject) return rows(inner, `${path}.`)
    const meta = (type as z.ZodType).meta() as unknown as Setting
    const fallback = type instanceof z.ZodDefault ? type.def.defaultValue : undefined
    return [
      {
        path,
        env: envName(path),
        flag: flagName(path),
        about: meta.about,
        secret: meta.secret ?? false,
        default: fallback,
      },
    ]
  })
}
