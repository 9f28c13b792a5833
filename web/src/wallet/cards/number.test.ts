import { expect, it } from 'vitest'
import { luhn, testNumber } from './number'

it('makes numbers that only a simulated bank takes, each with its check digit', () => {
  expect(luhn('7992739871')).toBe(3)
  for (let n = 0; n < 100; n += 1) {
    const number = testNumber()
    expect(number).toMatch(/^9900\d{12}$/)
    expect(luhn(number.slice(0, -1))).toBe(Number(number.at(-1)))
  }
})
