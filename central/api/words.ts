import type { Language } from './language.ts'

/** What the codes of bills are called (docs/glossary.md). */
const WORDS: Record<string, Record<Language, string>> = {
  charge: { en: 'Charge', zh: '充电' },
  correction: { en: 'Correction', zh: '更正' },
  unpaid: { en: 'Unpaid', zh: '未支付' },
  paid: { en: 'Paid', zh: '已支付' },
  refunded: { en: 'Refunded', zh: '已退款' },
  fast: { en: 'Fast', zh: '快充' },
  trickle: { en: 'Trickle', zh: '慢充' },
  peak: { en: 'peak', zh: '峰' },
  flat: { en: 'flat', zh: '平' },
  valley: { en: 'valley', zh: '谷' },
  none: { en: 'outside all windows', zh: '时段外' },
  // why a session ended: ours, and those of OCPP 1.6
  full: { en: 'Asked energy reached', zh: '达到申请电量' },
  cancel: { en: 'Cancelled', zh: '取消' },
  fault: { en: 'Fault', zh: '故障' },
  edit: { en: 'Energy changed', zh: '修改电量' },
  'switched-off': { en: 'Pile switched off', zh: '充电桩停用' },
  Local: { en: 'At the pile', zh: '现场结束' },
  Remote: { en: 'Remotely', zh: '远程结束' },
  EVDisconnected: { en: 'Unplugged', zh: '拔枪' },
  EmergencyStop: { en: 'Emergency stop', zh: '紧急停止' },
  DeAuthorized: { en: 'Authorisation ended', zh: '授权失效' },
  PowerLoss: { en: 'Power loss', zh: '断电' },
  Reboot: { en: 'Restart of the pile', zh: '充电桩重启' },
  SoftReset: { en: 'Restart of the pile', zh: '充电桩重启' },
  HardReset: { en: 'Restart of the pile', zh: '充电桩重启' },
  UnlockCommand: { en: 'Unlocked', zh: '解锁' },
  Other: { en: 'Other', zh: '其他' },
}

/** A code in the words of its reader; what is no word of ours (a window's or a charger's own name) stays as it is. */
export const billWord = (code: string, language: Language): string =>
  Object.hasOwn(WORDS, code) ? WORDS[code]![language] : code

/** A code in a table: programs read the English one, so that there it stays a code. */
export const cellWord = (code: string, language: Language): string => (language === 'zh' ? billWord(code, 'zh') : code)
