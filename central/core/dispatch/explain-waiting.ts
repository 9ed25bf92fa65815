import { batchSize, missingForBatch } from '../queue/batch.ts'
import { isPaused } from '../queue/call.ts'
import { callingOrder } from '../queue/order.ts'
import { carOf, isFull, placeOf, type Yard } from '../queue/yard.ts'
import { choosePile, workingPiles } from './choose.ts'
import type { Words } from './words.ts'

/** Why a car that is not at a pile is still there, for its driver. Undefined for a car that is at a pile, or unknown. */
export function explainWaiting(yard: Yard, id: string): Words | undefined {
  const place = placeOf(yard, id)
  if (place === undefined || place.at === 'pile') return undefined
  if (place.at === 'fault-queue') {
    return {
      en: 'Your pile is out of service. You keep your number and get the next free place of your mode.',
      zh: '您的充电桩暂停服务。排号保留，同模式一有空位即优先安排。',
    }
  }
  const car = carOf(yard, id)
  const working = workingPiles(yard, car.mode)
  if (working.length === 0) {
    return { en: 'No pile of this mode can take cars at the moment.', zh: '该模式目前没有可用的充电桩。' }
  }
  if (isPaused(yard, car.mode)) {
    return {
      en: 'Cars of a failed pile are served first; then calling goes on.',
      zh: '故障桩上的车辆优先安排，之后继续叫号。',
    }
  }
  if (yard.policy.dispatch === 'batch') return waitingForBatch(yard)
  const order = callingOrder(yard)
  const before = yard.waiting
    .map(other => carOf(yard, other))
    .filter(other => other.mode === car.mode && order(other, car) < 0)
  const higher = before.filter(({ priority }) => priority > car.priority).length
  const isNext = before.length === 0
  const { rule, candidates } = choosePile(yard, car)
  if (isNext && rule === 'closes') {
    return {
      en: 'The free piles close for maintenance before you would be done; you get the first place that stays open.',
      zh: '空闲的充电桩将在您充完之前停机维护；一有可用车位即为您安排。',
    }
  }
  if (isNext && rule === 'full' && working.some(pile => !isFull(pile))) {
    const best = candidates.reduce((least, each) => (each.completion < least.completion ? each : least))
    return {
      en: `You will be done soonest at ${best.pileId}, which has no free place yet; you are next.`,
      zh: `在 ${best.pileId} 您最早充完，但暂无空位；下一个就是您。`,
    }
  }
  return takenPlaces(before.length, higher)
}

function takenPlaces(ahead: number, higher: number): Words {
  if (ahead === 0) return { en: 'All places are taken; you are next.', zh: '目前车位已满，下一个就是您。' }
  const cars = `${ahead} ${ahead === 1 ? 'car is' : 'cars are'} before you`
  if (higher === 0) return { en: `All places are taken; ${cars}.`, zh: `目前车位已满，您前面还有 ${ahead} 辆车。` }
  return {
    en: `All places are taken; ${cars}, ${higher} of a higher priority class.`,
    zh: `目前车位已满，您前面还有 ${ahead} 辆车，其中 ${higher} 辆优先级更高。`,
  }
}

/** With `dispatch: batch` nobody is called before arrivals fill all places, the cars of the batch before apart. */
function waitingForBatch(yard: Yard): Words {
  const size = batchSize(yard)
  const here = size - missingForBatch(yard)
  return {
    en: `Cars are called when ${size} are here; ${here} of ${size} wait.`,
    zh: `满 ${size} 辆后统一叫号，目前 ${here}/${size}。`,
  }
}
