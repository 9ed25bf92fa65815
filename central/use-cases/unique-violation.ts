/** Whether PostgreSQL refused a row because it exists already (SQLSTATE 23505), also inside a wrapper's cause. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const { code, constraint: name, message } = cause as Error & { code?: unknown; constraint?: unknown }
    if (code === '23505') return constraint === undefined || name === constraint || message.includes(constraint)
  }
  return false
}
