export interface Inbox {
  /** Runs after all jobs before it, one at a time. A job must not reject. */
  push(job: () => Promise<void>): void
  /** Forgets the jobs that have not begun. */
  abandon(): void
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>
  readonly waiting: number
}

/**
 * The messages of one charge point, in the order of the wire (design.md section 4). `onFull` is told when `limit` jobs
 * wait and again when half of them are done, so that the socket is read no faster than its messages are handled.
 */
export function createInbox(limit: number, onFull: (isFull: boolean) => void): Inbox {
  const jobs: (() => Promise<void>)[] = []
  let running: Promise<void> | null = null
  let full = false

  async function run(): Promise<void> {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      await job()
      if (full && jobs.length <= limit / 2) {
        full = false
        onFull(false)
      }
    }
    running = null
  }

  return {
    push(job) {
      jobs.push(job)
      if (!full && jobs.length >= limit) {
        full = true
        onFull(true)
      }
      running ??= run()
    },
    abandon: () => {
      jobs.length = 0
    },
    async idle() {
      while (running) await running
    },
    get waiting() {
      return jobs.length
    },
  }
}
