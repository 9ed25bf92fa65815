import { createRequire } from 'node:module'

/** The official JSON schemas of OCPP 1.6 and their judge, as they ship inside `ocpp-rpc`. */

/** The part of JSON schema (draft 7) that the official files use. */
export interface JsonSchema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: false
  items?: JsonSchema
  minItems?: number
  maxLength?: number
  multipleOf?: number
  format?: 'date-time' | 'uri'
  enum?: string[]
  $ref?: string
  definitions?: Record<string, JsonSchema>
}

interface Validator {
  subprotocol: string
  /** Throws when the payload is forbidden. */
  validate(schemaId: string, payload: unknown): boolean
}

const require = createRequire(import.meta.url)
const validators: Validator[] = require('ocpp-rpc/lib/standard-validators')
const { RPCError }: { RPCError: new () => Error } = require('ocpp-rpc/lib/errors')
const files: (JsonSchema & { $id: string })[] = require('ocpp-rpc/lib/schemas/ocpp1_6.json')

const validator = validators.find(candidate => candidate.subprotocol === 'ocpp1.6')!

/** `Authorize.req` -> its schema, references resolved. */
export const officialSchemas: ReadonlyMap<string, JsonSchema> = new Map(
  files.map(file => [file.$id.slice('urn:'.length), resolve(file, file.definitions ?? {})]),
)

function resolve(schema: JsonSchema, definitions: Record<string, JsonSchema>): JsonSchema {
  if (schema.$ref) return resolve(definitions[schema.$ref.slice('#/definitions/'.length)]!, definitions)
  const resolved: JsonSchema = { ...schema }
  if (schema.items) resolved.items = resolve(schema.items, definitions)
  if (schema.properties)
    resolved.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, member]) => [name, resolve(member, definitions)]),
    )
  return resolved
}

/** Any error but a verdict on the payload (a missing schema, a fault of the judge) is thrown on. */
export function officialAccepts(message: string, payload: unknown): boolean {
  if (!officialSchemas.has(message)) throw new Error(`no official schema of ${message}`)
  try {
    return validator.validate(`urn:${message}`, payload)
  } catch (error) {
    if (error instanceof RPCError) return false
    throw error
  }
}
