import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** Whether a process of that id runs, ours or not. One that has ended and waits for a parent to notice does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    return fieldsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'))[0] !== 'Z'
  } catch {
    return process.platform !== 'linux'
  }
}

/** Fields of /proc/PID/stat from the third (state) on; the name before it, in parentheses, may hold spaces. */
const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ')

/**
 * Tells one life of a process id from the next: boot and start time, where the system has /proc. Process ids are used
 * again, in containers after every restart. Empty where it cannot be known.
 */
export async function birthOf(pid: number): Promise<string> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
    // Start time is field 22 of all.
    return `${boot}:${fieldsOf(await readFile(`/proc/${pid}/stat`, 'utf8'))[19]}`
  } catch {
    return ''
  }
}

/** Resolves true as soon as the process is gone, false after `boundMs` of real time. */
export async function gone(pid: number, boundMs: number): Promise<boolean> {
  const until = Date.now() + boundMs
  while (isAlive(pid)) {
    if (Date.now() > until) return false
    await pause(20)
  }
  return true
}

export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
