/** Prices are integers in 1/10000 of the currency unit: 0.8 CNY per kWh is 8000. */
export const PRICE_SCALE = 10_000

/** Whether a decimal is a whole number of ten-thousandths: exact, since the nearest double of such a decimal is unique. */
export const isScaled = (value: number): boolean => Math.round(value * PRICE_SCALE) / PRICE_SCALE === value

/** A decimal price in currency units as an integer of 1/10000, exactly. */
export const scaledPrice = (price: number): number => Math.round(price * PRICE_SCALE)
