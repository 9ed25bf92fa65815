/** The two kinds of pile: fast (快充, queue numbers F1, F2, ...) and trickle (慢充, T1, T2, ...). */
export const MODES = ['fast', 'trickle'] as const
export type Mode = (typeof MODES)[number]

export const modeLetter = (mode: Mode): 'F' | 'T' => (mode === 'fast' ? 'F' : 'T')

/** `F9`: the queue number as drivers see it. Numbers are compared as integers, so F9 comes before F10. */
export const queueNumber = (mode: Mode, number: number): string => `${modeLetter(mode)}${number}`
