/**
 * A second, slow reading of domain.md sections 3-6: minute by minute, one list of everything, no shared code. Fast piles
 * charge 2 units a minute, trickle piles 1; a unit is 0.05 kWh. Energies are even, so that all ends fall on minutes.
 */
export interface OracleEvent {
  minute: number
  type: 'request' | 'change' | 'cancel' | 'fault' | 'repair' | 'off' | 'on'
  vehicle?: string
  pile?: string
  mode?: 'F' | 'T'
  units?: number
}

export interface OracleSite {
  fast: number
  trickle: number
  queueLength: number
  capacity: number
  policy: {
    pileChoice: string
    faultPause: string
    faultPolicy: string
    redealOnRepair: boolean
    editWhileCharging: boolean
  }
}

interface OracleCar {
  vehicle: string
  mode: 'F' | 'T'
  number: number
  asked: number
  had: number
  /** `W`, `Q` (fault queue) or a pile's name. */
  place: string
  /** Order within its place. */
  order: number
  session: { from: number; line: number; units: number } | null
}

export function oracle(site: OracleSite, events: OracleEvent[], lastMinute: number) {
  const { policy } = site
  const names = (mode: 'F' | 'T') =>
    Array.from({ length: mode === 'F' ? site.fast : site.trickle }, (_, i) => `${mode}${i + 1}`)
  const down: Record<string, Set<string>> = {}
  for (const name of [...names('F'), ...names('T')]) down[name] = new Set()
  let cars: OracleCar[] = []
  const numbers = { F: 0, T: 0 }
  const lines: (string | null)[] = []
  const rejected: string[] = []
  const shown: string[] = []
  let clock = 0

  const at = (place: string) => cars.filter(car => car.place === place).sort((a, b) => a.order - b.order)
  const queue = (mode: 'F' | 'T') =>
    at('Q')
      .filter(car => car.mode === mode)
      .sort((a, b) => a.number - b.number)
  const left = (car: OracleCar) => car.asked - car.had
  const move = (car: OracleCar, place: string) => {
    car.place = place
    car.order = ++clock
  }
  const choose = (car: OracleCar): string | null => {
    const ranked = names(car.mode)
      .filter(name => down[name]!.size === 0)
      .map((name, index) => ({ name, index, cars: at(name) }))
      .filter(pile => policy.pileChoice === 'any' || pile.cars.length < site.queueLength)
      .map(pile => ({ ...pile, load: pile.cars.reduce((sum, other) => sum + left(other), 0) }))
      .sort((a, b) => a.load - b.load || a.index - b.index)
    const best = ranked[0]
    return best === undefined || best.cars.length >= site.queueLength ? null : best.name
  }
  const end = (car: OracleCar, minute: number, reason: string) => {
    const { session } = car
    if (session === null) return
    car.session = null
    if (session.units > 0) {
      lines[session.line] =
        `${car.vehicle} ${car.mode}${car.number}@${car.place} ${session.from}-${minute} ${session.units} ${reason}`
    }
  }
  const remove = (car: OracleCar) => {
    cars = cars.filter(other => other !== car)
  }
  const call = () => {
    let moved = true
    while (moved) {
      moved = false
      for (const mode of ['F', 'T'] as const) {
        const first = queue(mode)[0]
        const place = first && choose(first)
        if (place) {
          move(first, place)
          moved = true
        }
      }
    }
    moved = true
    while (moved) {
      moved = false
      for (const mode of ['F', 'T'] as const) {
        const paused = policy.faultPause === 'site' ? at('Q').length > 0 : queue(mode).length > 0
        if (paused) continue
        const first = at('W')
          .filter(car => car.mode === mode)
          .sort((a, b) => a.number - b.number)[0]
        const place = first && choose(first)
        if (place) {
          move(first, place)
          moved = true
        }
      }
    }
  }
  const begin = (minute: number) => {
    for (const name of [...names('F'), ...names('T')]) {
      const first = at(name)[0]
      if (first !== undefined && first.session === null)
        first.session = { from: minute, line: lines.push(null) - 1, units: 0 }
    }
  }
  const deal = (mode: 'F' | 'T') => {
    const pool = cars
      .filter(car => car.mode === mode && car.place !== 'W' && car.session === null)
      .sort((a, b) => a.number - b.number)
    for (const car of pool) move(car, 'Q')
    for (const car of pool) {
      const place = choose(car)
      if (place === null) break
      move(car, place)
    }
  }
  const happen = (event: OracleEvent, minute: number): string | null => {
    const car = cars.find(other => other.vehicle === event.vehicle)
    switch (event.type) {
      case 'request': {
        const { vehicle = '', mode = 'F', units = 0 } = event
        if (units <= 0) return 'bad-energy'
        if (names(mode).length === 0) return 'no-pile-of-mode'
        if (car !== undefined) return 'active-request'
        if (at('W').length >= site.capacity) return 'waiting-area-full'
        cars.push({
          vehicle,
          mode,
          number: ++numbers[mode],
          asked: units,
          had: 0,
          place: 'W',
          order: ++clock,
          session: null,
        })
        return null
      }
      case 'change': {
        if (car === undefined) return 'no-active-request'
        const mode = event.mode ?? car.mode
        const asked = event.units ?? car.asked
        if (asked <= 0) return 'bad-energy'
        if (car.session !== null) {
          if (!policy.editWhileCharging || mode !== car.mode) return 'charging'
          car.asked = asked
          if (car.had >= asked) {
            end(car, minute, 'edit')
            remove(car)
          }
          return null
        }
        if (car.place !== 'W') return 'at-pile'
        if (names(mode).length === 0) return 'no-pile-of-mode'
        car.asked = asked
        if (mode !== car.mode) {
          car.mode = mode
          car.number = ++numbers[mode]
        }
        return null
      }
      case 'cancel':
        if (car === undefined) return 'no-active-request'
        end(car, minute, 'cancel')
        remove(car)
        return null
      case 'fault':
      case 'off': {
        const reasons = down[event.pile!]!
        const was = reasons.size
        reasons.add(event.type)
        if (was > 0) return null
        for (const other of at(event.pile!)) {
          end(other, minute, event.type === 'fault' ? 'fault' : 'switched-off')
          move(other, 'Q')
        }
        if (policy.faultPolicy === 'time-order') deal(event.pile!.startsWith('F') ? 'F' : 'T')
        return null
      }
      case 'repair':
      case 'on': {
        const reasons = down[event.pile!]!
        const was = reasons.size
        reasons.delete(event.type === 'repair' ? 'fault' : 'off')
        if (was > 0 && reasons.size === 0 && policy.redealOnRepair) deal(event.pile!.startsWith('F') ? 'F' : 'T')
        return null
      }
    }
  }

  for (let minute = 0; minute <= lastMinute; minute++) {
    for (const car of cars) {
      if (car.session === null || left(car) > 0) continue
      end(car, minute, 'full')
      remove(car)
    }
    call()
    begin(minute)
    for (const event of events) {
      if (event.minute !== minute) continue
      const reason = happen(event, minute)
      if (reason !== null) rejected.push(`${minute} ${event.vehicle} ${event.type} ${reason}`)
      call()
      begin(minute)
    }
    const list = (some: OracleCar[]) => some.map(car => `${car.vehicle}:${car.mode}${car.number}:${car.had}`).join(' ')
    const piles = [...names('F'), ...names('T')].map(name => `${name}=${list(at(name))}`)
    const waiting = at('W')
      .map(car => `${car.vehicle}:${car.mode}${car.number}:${car.asked}`)
      .join(' ')
    shown.push([...piles, `QF=${list(queue('F'))}`, `QT=${list(queue('T'))}`, `W=${waiting}`].join(' | '))
    for (const car of cars) {
      if (car.session === null) continue
      const rate = car.mode === 'F' ? 2 : 1
      car.had += rate
      car.session.units += rate
    }
  }
  return { lines: lines.filter(line => line !== null), rejected, shown }
}
