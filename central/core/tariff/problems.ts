import type { Problem } from '../../../protocol/charger/command.ts'
import { scaledPrice, type TariffElement, type TariffRestrictions } from '../../../protocol/tariff.ts'
import { type Box, uncovered } from './coverage.ts'
import { type Limits, limitsOf } from './elements.ts'
import { occurs } from './occurs.ts'
import { minutesOf, minuteWords, type Space, spaceOf } from './space.ts'
import type { ElementTariff, TariffDefinition, TimeOfUseTariff } from './tariff.ts'

/**
 * What is wrong with a definition that has the right shape: gaps without a price, elements that can never be used, limits
 * that contradict each other. Each with its JSON path and the reason. A definition with problems can still be rated: where
 * no element matches, nothing is charged. Throws a RangeError for an unknown time zone.
 */
export function tariffProblems(definition: TariffDefinition, { timeZone }: { timeZone: string }): Problem[] {
  return definition.version === 1 ? windowProblems(definition) : elementProblems(definition, timeZone)
}

function windowProblems({ windows }: TimeOfUseTariff): Problem[] {
  const whole: Box = [[0, 1440]]
  const boxes = windows.map(({ fromMinute, toMinute }) =>
    minutesOf({ minutes: { from: fromMinute, to: toMinute } }).map((range): Box => [range]),
  )
  const problems = boxes.flatMap((own, index) =>
    own.every(box => uncovered(box, boxes.slice(0, index).flat()) === null)
      ? [{ path: `/windows/${index}`, message: 'never used: the windows before it have all of its time' }]
      : [],
  )
  const gap = uncovered(whole, boxes.flat())
  if (gap) problems.push({ path: '/windows', message: `no window ${minuteWords(gap[0]!) || 'at all'}` })
  return problems
}

interface Element {
  element: TariffElement
  limits: Limits
  path: string
  /** Nothing that makes it useless by itself. */
  sound: boolean
}

function elementProblems(tariff: ElementTariff, timeZone: string): Problem[] {
  const problems: Problem[] = []
  const elements = tariff.elements.map((element, index): Element => {
    const path = `/elements/${index}`
    const limits = limitsOf(element.restrictions ?? {})
    const own = [...contradictions(element.restrictions ?? {}, path), ...misfits(element, path)]
    if (own.length === 0 && !occurs(limits, timeZone)) {
      own.push({ path: `${path}/restrictions`, message: 'can never match: no day has that time, weekday and date' })
    }
    problems.push(...own)
    return { element, limits, path, sound: own.length === 0 }
  })
  const sound = elements.filter(element => element.sound)
  problems.push(...unused(sound), ...gaps(sound, elements))
  const { minPrice, maxPrice } = tariff
  for (const member of ['exclVat', 'inclVat'] as const) {
    if (scaledPrice(minPrice?.[member] ?? 0) > scaledPrice(maxPrice?.[member] ?? Number.POSITIVE_INFINITY)) {
      problems.push({ path: `/minPrice/${member}`, message: `above maxPrice/${member}` })
    }
  }
  return problems
}

const PAIRS = [
  ['minKwh', 'maxKwh'],
  ['minPower', 'maxPower'],
  ['minCurrent', 'maxCurrent'],
  ['minDuration', 'maxDuration'],
] as const

function contradictions(restrictions: TariffRestrictions, path: string): Problem[] {
  const problems: Problem[] = []
  const { startTime, endTime, startDate, endDate } = restrictions
  const at = (member: string, message: string) => problems.push({ path: `${path}/restrictions/${member}`, message })
  for (const [min, max] of PAIRS) {
    const [least, most] = [restrictions[min] ?? 0, restrictions[max]]
    if (most === undefined || least < most) continue
    at(max, least === 0 ? `${max} is 0: it can never match` : `not above ${min}: it can never match`)
  }
  if (startTime !== undefined && startTime === endTime) {
    at('endTime', 'startTime and endTime are equal: leave both out for the whole day')
  }
  if (startDate !== undefined && endDate !== undefined && startDate >= endDate) {
    at('endDate', 'not after startDate: endDate is the first day on which it no longer matches')
  }
  return problems
}

/** Components that are written twice, or that restrictions leave nothing of. */
function misfits({ priceComponents, restrictions = {} }: TariffElement, path: string): Problem[] {
  const problems: Problem[] = []
  const { reservation, minKwh = 0, minPower = 0, minCurrent = 0 } = restrictions
  if (reservation !== undefined && minKwh + minPower + minCurrent > 0) {
    problems.push({ path: `${path}/restrictions`, message: 'can never match: nothing is charged during a reservation' })
  }
  for (const [index, { type }] of priceComponents.entries()) {
    const at = (message: string) => problems.push({ path: `${path}/priceComponents/${index}`, message })
    if (priceComponents.findIndex(component => component.type === type) < index) at(`prices ${type} a second time`)
    if (reservation !== undefined && type !== 'TIME' && type !== 'FLAT') {
      at(`${type} has no meaning for a reservation: only TIME and FLAT have`)
    }
    if (reservation === undefined && type === 'PARKING_TIME' && minPower + minCurrent > 0) {
      at('can never match: a parked car takes no power')
    }
  }
  return problems
}

/** An element that is too intricate to judge counts as used. */
const FEW_STEPS = 2_000

/** Components for which an earlier element matches whenever their own does. */
function unused(elements: readonly Element[]): Problem[] {
  const space = spaceOf(elements.map(element => element.limits))
  return elements.flatMap(({ element, limits, path }, position) => {
    const reservation = element.restrictions?.reservation
    const before = elements.slice(0, position).filter(other => other.element.restrictions?.reservation === reservation)
    const taken = element.priceComponents.map(({ type }) => {
      const boxes = boxesOf(
        space,
        before.filter(other => prices(other, type)),
      )
      return space.boxesOf(limits).every(box => uncovered(box, boxes, space.real, FEW_STEPS) === null)
    })
    const message = 'never used: an element before it matches whenever it does'
    if (taken.every(Boolean)) return [{ path, message }]
    return taken.flatMap((isTaken, index) => (isTaken ? [{ path: `${path}/priceComponents/${index}`, message }] : []))
  })
}

/** A tariff that prices energy must do so at every moment, in a way that can be found out; one that does not must price sessions by something else. */
function gaps(sound: readonly Element[], all: readonly Element[]): Problem[] {
  const ofSessions = all.filter(({ element }) => element.restrictions?.reservation === undefined)
  if (!ofSessions.some(element => prices(element, 'ENERGY'))) {
    const priced = ofSessions.some(element => prices(element, 'TIME') || prices(element, 'FLAT'))
    const message = 'no element prices ENERGY, TIME or FLAT: for free charging give a FLAT price of 0'
    return priced ? [] : [{ path: '/elements', message }]
  }
  const energy = sound.filter(
    element => element.element.restrictions?.reservation === undefined && prices(element, 'ENERGY'),
  )
  const space = spaceOf(energy.map(element => element.limits))
  const gap = uncovered(space.whole, boxesOf(space, energy), space.real)
  if (gap === null) return []
  const where = space.words(gap) || 'at all'
  return [{ path: '/elements', message: `energy has no price ${where}: end with an element without restrictions` }]
}

const prices = ({ element }: Element, type: string): boolean =>
  element.priceComponents.some(component => component.type === type)

const boxesOf = (space: Space, elements: readonly Element[]): Box[] =>
  elements.flatMap(({ limits }) => space.boxesOf(limits))
