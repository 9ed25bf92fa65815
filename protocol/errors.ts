/**
 * One table of every refusal and fault the product names: code, HTTP status and title in both languages. REST
 * (problem+json), MQTT results, the console and docs read the same table. A code never changes its meaning.
 */
export const ERRORS = {
  'malformed-request': { status: 400, en: 'The request is malformed', zh: '请求格式有误' },
  'invalid-payload': { status: 400, en: 'The payload is not allowed by the protocol', zh: '报文内容不符合协议' },
  'unknown-action': { status: 400, en: 'There is no such action', zh: '没有这个操作' },
  'bad-energy': { status: 400, en: 'The energy must be greater than zero', zh: '电量必须大于零' },
  'bad-credentials': { status: 401, en: 'User name or password is wrong', zh: '用户名或密码错误' },
  'not-authenticated': { status: 401, en: 'Please sign in', zh: '请先登录' },
  'token-expired': { status: 401, en: 'The token has expired', zh: '令牌已过期' },
  'refresh-token-reused': { status: 401, en: 'The refresh token was used before', zh: '刷新令牌已被使用' },
  forbidden: { status: 403, en: 'Not allowed for your role', zh: '您的角色无权执行此操作' },
  'not-found': { status: 404, en: 'Not found', zh: '未找到' },
  'no-active-request': { status: 404, en: 'There is no active request', zh: '没有进行中的充电请求' },
  'method-not-allowed': { status: 405, en: 'The method is not allowed here', zh: '不允许使用该方法' },
  'username-taken': { status: 409, en: 'The user name is taken', zh: '用户名已被占用' },
  'already-exists': { status: 409, en: 'It exists already', zh: '已存在' },
  'active-request': { status: 409, en: 'This vehicle has an active request', zh: '该车辆已有进行中的请求' },
  'waiting-area-full': { status: 409, en: 'The waiting area is full', zh: '等候区已满' },
  'no-pile-of-mode': { status: 409, en: 'The site has no pile of this mode', zh: '站点没有该模式的充电桩' },
  'at-pile': { status: 409, en: 'The car has been called to a pile', zh: '车辆已被叫到充电桩' },
  charging: { status: 409, en: 'The car is charging', zh: '车辆正在充电' },
  'not-called': { status: 409, en: 'The dispatcher did not call this car to this pile', zh: '调度未将该车叫到此桩' },
  'pile-not-ready': { status: 409, en: 'The pile cannot do this now', zh: '充电桩当前无法执行' },
  'no-credit': { status: 409, en: 'The balance or budget is used up', zh: '余额或预算已用尽' },
  'window-overlaps': { status: 409, en: 'Work is announced for that time already', zh: '该时段已有维护计划' },
  'session-ended': { status: 409, en: 'The session has ended', zh: '充电会话已结束' },
  'tariff-overlap': { status: 409, en: 'Another version is in force then', zh: '该时段已有生效的电价版本' },
  'tariff-gap': { status: 409, en: 'There would be a time without a tariff', zh: '会出现没有电价的时段' },
  'verdict-given': { status: 409, en: 'A verdict has been given', zh: '已作出裁定' },
  'state-forbids': { status: 409, en: 'The present state forbids it', zh: '当前状态不允许' },
  'too-large': { status: 413, en: 'The body is too large', zh: '请求体过大' },
  'unsupported-media-type': { status: 415, en: 'Send application/json', zh: '请使用 application/json' },
  'idempotency-key-reused': {
    status: 422,
    en: 'The Idempotency-Key was used with another body',
    zh: '幂等键已用于不同的请求体',
  },
  'rate-limited': { status: 429, en: 'Too many requests', zh: '请求过于频繁' },
  internal: { status: 500, en: 'Something went wrong on our side', zh: '服务器内部错误' },
  'charge-point-failed': { status: 502, en: 'The charge point failed to do it', zh: '充电桩执行失败' },
  'charge-point-offline': { status: 503, en: 'The charge point is not connected', zh: '充电桩未连接' },
  overloaded: { status: 503, en: 'Too busy, try again shortly', zh: '系统繁忙，请稍后再试' },
  'database-away': { status: 503, en: 'The database is away', zh: '数据库不可用' },
  'charge-point-timed-out': { status: 504, en: 'The charge point did not answer', zh: '充电桩无应答' },
} as const satisfies Record<string, { status: number; en: string; zh: string }>

export type ErrorCode = keyof typeof ERRORS

/** A fault or refusal with a code of the table. `detail` is for people; it names values, never secrets. */
export class DomainError extends Error {
  readonly code: ErrorCode
  readonly problems: { path: string; message: string }[]

  constructor(
    code: ErrorCode,
    detail?: string,
    options: { cause?: unknown; problems?: { path: string; message: string }[] } = {},
  ) {
    super(detail ?? ERRORS[code].en, { cause: options.cause })
    this.name = 'DomainError'
    this.code = code
    this.problems = options.problems ?? []
  }
}

export const isDomainError = (error: unknown): error is DomainError => error instanceof DomainError
