import { describe, expect, it } from 'vitest'
import { SHADES, shade } from './heat'
import { shifted } from './composables/usePicture'
import { laid } from './when'

describe('the shade of a day', () => {
  it('is none where nothing was spent, and the deepest for the largest', () => {
    const month = [0, 100, 200, 300, 1_000_000]
    expect(month.map((spent) => shade(spent, month))).toEqual([0, 1, 2, 3, SHADES])
  })
  it('is the same for equal days', () => {
    expect([5, 5, 5].map((spent) => shade(spent, [5, 5, 5]))).toEqual([1, 1, 1])
  })
})

describe('months', () => {
  it('turn over with the year', () => {
    expect([shifted('2026-01', -1), shifted('2026-12', 1), shifted('2026-11', -12)]).toEqual(['2025-12', '2027-01', '2025-11'])
  })
  it('are laid in weeks that begin on Monday', () => {
    expect(laid('2026-11-01')).toEqual({ before: 6, days: 30 })
    expect(laid('2024-02-01')).toEqual({ before: 3, days: 29 })
  })
})
