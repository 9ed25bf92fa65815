import t from 'tap'
import {
  type Action,
  type ActionFromChargePoint,
  actions,
  actionsFromChargePoint,
  actionsToChargePoint,
  allActions,
  isAction,
  isActionFromChargePoint,
  isActionToChargePoint,
  type RequestOf,
  type ResponseOf,
} from '../../protocol/ocpp16/actions.ts'
import { CALL, CALLERROR, CALLRESULT, type Frame, type SentCallError } from '../../protocol/ocpp16/frames.ts'

t.test('names of Object.prototype are not actions', async t => {
  for (const name of [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '',
    'authorize',
    'Authorize.req',
  ]) {
    t.notOk(isAction(name), name)
    t.notOk(isActionFromChargePoint(name), name)
    t.notOk(isActionToChargePoint(name), name)
  }
})

t.test('requests of a charge point are those of the specification', async t => {
  t.same(actionsFromChargePoint.toSorted(), [
    'Authorize',
    'BootNotification',
    'DataTransfer',
    'DiagnosticsStatusNotification',
    'FirmwareStatusNotification',
    'Heartbeat',
    'LogStatusNotification',
    'MeterValues',
    'SecurityEventNotification',
    'SignCertificate',
    'SignedFirmwareStatusNotification',
    'StartTransaction',
    'StatusNotification',
    'StopTransaction',
  ])
})

t.test('every other request, and DataTransfer, belongs to the central system', async t => {
  const others = allActions.filter(action => !isActionFromChargePoint(action) || action === 'DataTransfer')
  t.same(actionsToChargePoint, others)
  t.equal(actionsToChargePoint.length, 26)
})

t.test('each action is in the profile that specifies it', async t => {
  const counts = Map.groupBy(allActions, action => actions[action].profile)
  t.same(Object.fromEntries([...counts].map(([profile, members]) => [profile, members.length])), {
    Core: 16,
    FirmwareManagement: 4,
    LocalAuthListManagement: 2,
    Reservation: 2,
    SmartCharging: 3,
    RemoteTrigger: 1,
    Security: 11,
  })
})

t.test('types follow the table', async t => {
  const request: RequestOf<'StartTransaction'> = {
    connectorId: 1,
    idTag: 'A',
    meterStart: 0,
    timestamp: '2026-11-22T10:00:00Z',
  }
  const response: ResponseOf<'StartTransaction'> = { idTagInfo: { status: 'Accepted' }, transactionId: 1 }
  // @ts-expect-error a status that the specification does not know
  const wrong: ResponseOf<'Reset'> = { status: 'Maybe' }
  // @ts-expect-error a request of the central system
  const reset: ActionFromChargePoint = 'Reset'
  t.same(actions.StartTransaction.request.parse(request), request)
  t.same(actions.StartTransaction.response.parse(response), response)
  t.notOk(actions.Reset.response.safeParse(wrong).success)
  t.notOk(isActionFromChargePoint(reset satisfies Action))
})

t.test('frames begin with their message type', async t => {
  const error: SentCallError = [CALLERROR, '1', 'OccurenceConstraintViolation', '', {}]
  const frames: Frame[] = [[CALL, '1', 'Heartbeat', {}], [CALLRESULT, '1', {}], error]
  t.same(
    frames.map(([type]) => type),
    [2, 3, 4],
  )
})
