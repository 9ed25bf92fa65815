import type { Handler } from './handlers.ts'

export const linkUp: Handler<'link-up'> = async (
  { chargePointId, receivedAt, report },
  { writer, node, touch, emit, log },
) => {
  const { siteId, changed } = await writer.submit('link', {
    chargePointId,
    up: true,
    linkId: report.linkId,
    protocol: report.protocol,
    address: report.address,
    node,
    at: receivedAt,
  })
  log.info({ chargePoint: chargePointId, protocol: report.protocol, address: report.address }, 'charge point connected')
  if (siteId !== null && changed) {
    emit(
      notice('charger-joined', siteId, receivedAt, chargePointId, `${chargePointId} connected over ${report.protocol}`),
    )
    touch(siteId)
  }
  return {}
}

/** A session goes on without its link (domain.md section 2): only the pile shows offline. */
export const linkDown: Handler<'link-down'> = async (
  { chargePointId, receivedAt, report },
  { writer, node, touch, emit, log },
) => {
  const { siteId, changed } = await writer.submit('link', {
    chargePointId,
    up: false,
    linkId: report.linkId,
    protocol: null,
    address: '',
    node,
    at: receivedAt,
  })
  log.info({ chargePoint: chargePointId, reason: report.reason }, 'charge point disconnected')
  if (siteId !== null && changed) {
    emit(notice('charger-left', siteId, receivedAt, chargePointId, `${chargePointId} disconnected: ${report.reason}`))
    touch(siteId)
  }
  return {}
}

function notice(
  kind: 'charger-joined' | 'charger-left',
  siteId: string,
  at: number,
  chargePointId: string,
  text: string,
) {
  return {
    type: 'notice',
    notice: kind,
    siteId,
    at,
    pileId: null,
    requestId: null,
    text,
    data: { chargePointId },
  } as const
}
