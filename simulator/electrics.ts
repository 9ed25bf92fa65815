const PHASE_VOLTAGE = 230
/** Above this a pile is on three phases (32 A on one). */
const ONE_PHASE_MAX_W = 7400

/** Voltage per phase and the current that a power makes, for a pile of a rated power. */
export function electricsOf(ratedW: number): (powerW: number) => { voltageV: number[]; currentA: number[] } {
  const phases = ratedW > ONE_PHASE_MAX_W ? 3 : 1
  return powerW => ({
    voltageV: Array.from({ length: phases }, () => PHASE_VOLTAGE),
    currentA: Array.from({ length: phases }, () => Math.round((powerW / phases / PHASE_VOLTAGE) * 10) / 10),
  })
}
