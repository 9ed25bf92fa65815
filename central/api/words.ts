import type { Language } from './language.ts'

/** What codes of bills are called in Chinese (docs/glossary.md); English tables keep the codes. */
const CHINESE: Record<string, string> = {
  charge: '充电',
  correction: '更正',
  unpaid: '未支付',
  paid: '已支付',
  refunded: '已退款',
  fast: '快充',
  trickle: '慢充',
  peak: '峰',
  flat: '平',
  valley: '谷',
  none: '无时段',
  // why a session ended: ours, and those of OCPP 1.6
  full: '充满',
  cancel: '取消',
  fault: '故障',
  edit: '修改电量',
  'switched-off': '充电桩停用',
  Local: '现场结束',
  Remote: '远程结束',
  EVDisconnected: '拔枪',
  EmergencyStop: '紧急停止',
  DeAuthorized: '授权失效',
  PowerLoss: '断电',
  Reboot: '重启',
  SoftReset: '软重启',
  HardReset: '硬重启',
  UnlockCommand: '解锁命令',
  Other: '其他',
}

/** A code of a bill in the language of its reader; what is no word of ours (a charger's own reason) stays as it is. */
export const billWord = (code: string, language: Language): string =>
  language === 'zh' && Object.hasOwn(CHINESE, code) ? CHINESE[code]! : code
