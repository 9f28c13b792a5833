/** How warm a day is: by rank among the days of its month, so that one large day leaves the others their shades. */
export const SHADES = 4

export function shade(spent: number, all: readonly number[]): number {
  if (spent <= 0) return 0
  const paid = all.filter((one) => one > 0)
  const below = paid.filter((one) => one < spent).length
  return 1 + Math.min(SHADES - 1, Math.floor((below / Math.max(paid.length, 1)) * SHADES))
}
