import { isPaused } from '../../core/queue/call.ts'
import type { Yard } from '../../core/queue/yard.ts'
import type { CarRow, SiteSnapshot } from '../../store/site/snapshot.ts'
import { openSessionOf } from './work.ts'

/** Why this pile, or why still waiting, in the driver's words. */
export function explain(snap: SiteSnapshot, yard: Yard, car: CarRow, ahead: number): { en: string; zh: string } {
  const session = openSessionOf(snap, car.requestId)
  if (car.place === 'pile' && session?.pileId === car.pileId) {
    return { en: `Charging at ${car.pileId}.`, zh: `正在 ${car.pileId} 充电。` }
  }
  if (car.place === 'pile') {
    return ahead === 0
      ? {
          en: `Your pile is ${car.pileId}: you will be done there soonest. Plug in, or hold your card to it.`,
          zh: `请前往 ${car.pileId}，在那里您最早充完。请插枪或刷卡。`,
        }
      : {
          en: `You are number ${ahead + 1} at ${car.pileId}, where you will be done soonest.`,
          zh: `您在 ${car.pileId} 排第 ${ahead + 1} 位，在那里您最早充完。`,
        }
  }
  if (car.place === 'fault') {
    return {
      en: 'Your pile is out of service. You keep your number and get the next free place of your mode.',
      zh: '您的充电桩暂停服务。排号保留，同模式一有空位即优先安排。',
    }
  }
  const piles = yard.piles.filter(pile => pile.mode === car.mode)
  if (piles.every(pile => pile.broken || !pile.plannable)) {
    return { en: 'No pile of this mode can take cars at the moment.', zh: '该模式目前没有可用的充电桩。' }
  }
  if (isPaused(yard, car.mode)) {
    return {
      en: 'Cars of a failed pile are served first; then calling goes on.',
      zh: '故障桩上的车辆优先安排，之后继续叫号。',
    }
  }
  return ahead === 0
    ? { en: 'All places are taken; you are next.', zh: '目前车位已满，下一个就是您。' }
    : {
        en: `All places are taken; ${ahead} ${ahead === 1 ? 'car is' : 'cars are'} before you.`,
        zh: `目前车位已满，您前面还有 ${ahead} 辆车。`,
      }
}
