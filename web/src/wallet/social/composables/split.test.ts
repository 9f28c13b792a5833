import { describe, expect, it } from 'vitest'
import { divide } from './split'

describe('a bill divided', () => {
  it('leaves what does not divide with the one who asks', () => {
    expect(divide(100_00, 3, true)).toEqual({ each: 33_33, others: 2, own: 33_34 })
    expect(divide(100_00, 3, false)).toEqual({ each: 33_33, others: 3, own: 1 })
    expect(divide(90_00, 3, false)).toEqual({ each: 30_00, others: 3, own: 0 })
  })
  it('always comes to the whole bill', () => {
    for (let total = 1; total < 400; total += 7)
      for (let people = 1; people < 12; people += 1)
        for (const me of [true, false]) {
          const found = divide(total, people, me)
          if (found) expect(found.each * found.others + found.own).toBe(total)
        }
  })
  it('asks nobody for nothing', () => {
    expect(divide(2, 3, false)).toBeNull()
    expect(divide(100, 1, true)).toBeNull()
  })
})
