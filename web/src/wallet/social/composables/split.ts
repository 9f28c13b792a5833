/** How a bill is divided: everybody pays the same whole number of minor units; what is left over stays with one. */

export interface Division {
  /** What each of the others pays. */
  each: number
  /** How many others there are. */
  others: number
  /** What stays with the one who asks: their own part and what does not divide. */
  own: number
}

/** Divide a bill among `people`; with `me` the asker is one of them. Null: it cannot be divided so. */
export function divide(total: number, people: number, me: boolean): Division | null {
  const others = me ? people - 1 : people
  const each = Math.floor(total / people)
  if (others < 1 || each < 1) return null
  return { each, others, own: total - each * others }
}
