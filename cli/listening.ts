import { envName, flagName } from '../config/schema.ts'

/** Something the user can mend; shown without a stack. */
export class UsageError extends Error {}

/** Begins to listen; the URL, with a wildcard address shown as loopback. A taken port says which one, and what changes it. */
export async function listening(
  part: 'http' | 'ocpp' | 'mqtt',
  port: number,
  listen: () => Promise<string>,
): Promise<string> {
  try {
    return (await listen()).replace(/\/\/(0\.0\.0\.0|\[::\])(?=[:/])/, '//127.0.0.1')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const mend = `choose another with ${envName(`${part}.port`)} or ${flagName(`${part}.port`)} (0 is any free port)`
    if (code === 'EADDRINUSE') throw new UsageError(`Port ${port} for ${part} is taken by another program: ${mend}.`)
    if (code === 'EACCES') throw new UsageError(`Port ${port} for ${part} may not be used by this user: ${mend}.`)
    throw error
  }
}
