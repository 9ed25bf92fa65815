import type { ToldCandidate } from './explain.ts'

/** One sentence or more in the two languages of the product. */
export interface Words {
  en: string
  zh: string
}

const minutes = (count: number): string => `${count} ${count === 1 ? 'minute' : 'minutes'}`

/** What happened to the car, in whole sentences. */
export const lead = {
  walkUp: (number: string, pileId: string, calledTo: string | null): Words =>
    calledTo === null || calledTo === pileId
      ? { en: `${number} has begun to charge at ${pileId}.`, zh: `${number} 已在 ${pileId} 开始充电。` }
      : {
          en: `${number} was called to ${calledTo} and charges at ${pileId}.`,
          zh: `${number} 被叫到 ${calledTo}，已在 ${pileId} 开始充电。`,
        },
  noShow: (number: string, pileId: string | null): Words => ({
    en: `${number} did not begin at ${pileId} in time and is back at the head of the waiting area.`,
    zh: `${number} 未按时在 ${pileId} 开始充电，回到等候区首位。`,
  }),
  faultQueue: (number: string): Words => ({
    en: `${number} lost its pile and goes before those who wait.`,
    zh: `${number} 的充电桩暂停服务，优先安排。`,
  }),
  redeal: { en: 'Cars that do not charge yet are dealt again.', zh: '尚未充电的车辆重新分配。' },
  noPlaceNow: (number: string): Words => ({
    en: `No place is free for ${number}: it keeps its number and gets one before those who wait.`,
    zh: `${number} 暂无空位：排号保留，优先安排。`,
  }),
  breakdown: (number: string, pileId: string | null): Words => ({
    en: `${pileId} cannot serve: ${number} keeps its number and gets the next place before those who wait.`,
    zh: `${pileId} 暂停服务：${number} 排号保留，优先安排下一个空位。`,
  }),
  goes: (number: string, pileId: string): Words => ({
    en: `${number} goes to ${pileId}.`,
    zh: `${number} 前往 ${pileId}。`,
  }),
}

/** The end of a sentence that says how a pile was chosen. */
export function earlier(seconds: number, than: string): Words {
  const count = Math.round(seconds / 60)
  if (seconds === 0) return { en: `as early as at ${than}`, zh: `与 ${than} 相同，取编号靠前者` }
  if (count === 0) return { en: `a moment earlier than at ${than}`, zh: `略早于 ${than}` }
  return { en: `${minutes(count)} earlier than at ${than}`, zh: `比 ${than} 早 ${count} 分钟` }
}

/** Why nothing else competed. */
export function only(others: readonly ToldCandidate[]): Words {
  if (others.length === 0) return { en: 'the only pile of its mode that works now', zh: '目前该模式唯一可用的桩' }
  return others.every(({ full }) => full)
    ? { en: 'the only pile with a free place', zh: '唯一有空位的桩' }
    : { en: 'the only pile that is free and open for long enough', zh: '唯一有空位且开放时间足够的桩' }
}

export const doneAt = (number: string, pileId: string, time: Words, why: Words | null): Words => ({
  en: `${number} goes to ${pileId}: done there at ${time.en}${why === null ? '' : `, ${why.en}`}.`,
  zh: `${number} 前往 ${pileId}：预计 ${time.zh} 充完${why === null ? '' : `，${why.zh}`}。`,
})

export const soonerButFull = (pileId: string): Words => ({
  en: `${pileId} would be sooner and has no free place.`,
  zh: `${pileId} 更早但没有空位。`,
})

export const placedTogether = (cars: number): Words => ({
  en: `${cars} cars were placed together so that the sum of their times is the least.`,
  zh: `${cars} 辆车一并安排，使总完成时间最短。`,
})

const CAUSES: Record<string, Words> = {
  call: { en: 'Called from the waiting area', zh: '从等候区叫号' },
  'fault-queue': { en: 'Called from the fault queue', zh: '从故障队列安排' },
  breakdown: { en: 'Pile out of service', zh: '充电桩停止服务' },
  redeal: { en: 'Dealt again', zh: '重新分配' },
  'no-show': { en: 'No-show', zh: '未按时到达' },
  'walk-up': { en: 'Began by itself', zh: '自行开始充电' },
}

const RULES: Record<string, Words> = {
  'only-candidate': { en: 'only pile that competed', zh: '唯一候选' },
  'least-completion': { en: 'least completion time', zh: '完成时间最短' },
  'lowest-id': { en: 'equal completion times, lowest pile id', zh: '完成时间相同取编号最小' },
  'minimal-total': { en: 'least sum of completion times', zh: '总完成时间最短' },
  full: { en: 'all places taken', zh: '没有空位' },
  closes: { en: 'piles close too early', zh: '充电桩提前关闭' },
  'none-working': { en: 'no pile works', zh: '没有可用的桩' },
}

/** What operators read beside the driver's words. */
export const operatorRule = {
  head(cause: string, rule: string | null): Words {
    const why = CAUSES[cause] ?? { en: cause, zh: cause }
    const how = rule === null ? undefined : RULES[rule]
    if (how === undefined) return { en: `${why.en}.`, zh: `${why.zh}。` }
    return { en: `${why.en}; rule: ${how.en}.`, zh: `${why.zh}；规则：${how.zh}。` }
  },
  together: (cars: number, total: number): Words => ({
    en: `Together: ${cars} cars, ${minutes(total)} in sum.`,
    zh: `一并安排 ${cars} 辆，合计 ${total} 分钟。`,
  }),
  candidate(c: ToldCandidate & { time: Words; minutes: number; chosen: boolean }): Words {
    const flags = [
      c.chosen ? { en: 'chosen', zh: '选中' } : null,
      c.full ? { en: 'full', zh: '已满' } : null,
      c.closes ? { en: 'closes before', zh: '提前关闭' } : null,
    ].filter(flag => flag !== null)
    const more = (language: 'en' | 'zh', comma: string) => flags.map(flag => comma + flag[language]).join('')
    return {
      en: `${c.pileId} at ${c.time.en} (${c.minutes} min${more('en', ', ')})`,
      zh: `${c.pileId} ${c.time.zh}（${c.minutes} 分钟${more('zh', '，')}）`,
    }
  },
  candidates: (piles: Words[]): Words => ({
    en: `Piles: ${piles.map(({ en }) => en).join('; ')}.`,
    zh: `候选：${piles.map(({ zh }) => zh).join('；')}。`,
  }),
}
