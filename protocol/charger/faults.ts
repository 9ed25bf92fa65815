/** What a technician has to look at. */
export const FAULT_TYPES = ['hardware', 'software', 'power', 'connector', 'communication'] as const
export type FaultType = (typeof FAULT_TYPES)[number]

interface ErrorWords {
  type: FaultType
  en: string
  zh: string
}

/** The error codes of OCPP 1.6 section 7.6, which MQTT piles use too: what kind of fault each is, and in plain words. */
export const ERROR_CODES: Readonly<Record<string, ErrorWords>> = {
  ConnectorLockFailure: {
    type: 'connector',
    en: 'The lock of the connector does not close or does not open.',
    zh: '枪锁无法锁止或解锁。',
  },
  EVCommunicationError: {
    type: 'communication',
    en: 'The pile and the car do not understand each other: cable, plug, or the car itself.',
    zh: '充电桩与车辆通信失败：检查线缆、插头或车辆。',
  },
  GroundFailure: {
    type: 'power',
    en: 'The earth fault protection has tripped: current leaks to earth, or the earth connection is missing.',
    zh: '接地保护动作：漏电或接地缺失。',
  },
  HighTemperature: {
    type: 'hardware',
    en: 'It is too hot inside: blocked air, a failed fan, or a bad contact.',
    zh: '内部温度过高：散热受阻、风扇故障或接触不良。',
  },
  InternalError: {
    type: 'software',
    en: 'The control of the pile has failed; a reset may help.',
    zh: '控制器内部错误，可尝试重启。',
  },
  LocalListConflict: {
    type: 'software',
    en: 'The list of cards in the pile contradicts ours.',
    zh: '桩内卡名单与中心不一致。',
  },
  OtherError: {
    type: 'hardware',
    en: 'Another error; the code of the vendor says more.',
    zh: '其他故障，详见厂商代码。',
  },
  OverCurrentFailure: {
    type: 'power',
    en: 'The overcurrent protection has tripped: a short circuit, or the car takes too much.',
    zh: '过流保护动作：短路或车辆取电过大。',
  },
  OverVoltage: { type: 'power', en: 'The voltage of the mains is too high.', zh: '电网电压过高。' },
  PowerMeterFailure: {
    type: 'power',
    en: 'The meter cannot be read: what is charged cannot be billed.',
    zh: '电表无法读取，充电量无法计费。',
  },
  PowerSwitchFailure: {
    type: 'power',
    en: 'The contactor does not switch: it sticks, or its control is broken.',
    zh: '接触器失灵：粘连或控制回路故障。',
  },
  ReaderFailure: { type: 'hardware', en: 'The card reader does not work.', zh: '读卡器故障。' },
  ResetFailure: { type: 'software', en: 'A reset was asked for and has not succeeded.', zh: '重启未成功。' },
  UnderVoltage: { type: 'power', en: 'The voltage of the mains is too low.', zh: '电网电压过低。' },
  WeakSignal: {
    type: 'communication',
    en: 'The radio connection of the pile is weak.',
    zh: '无线信号弱。',
  },
}

/** A code nobody knows is looked at with open eyes and a screwdriver. */
export const faultType = (errorCode: string): FaultType => ERROR_CODES[errorCode]?.type ?? 'hardware'
