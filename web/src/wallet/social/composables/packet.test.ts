import { describe, expect, it } from 'vitest'
import { countOf, packetFault } from './packet'

const RULES = { on: true, share_max: 200_00, amount_max: 100_000_00, count_max: 500, day_count: 100, expires_in_s: 86_400 }

describe('a count as typed', () => {
  it.each([
    ['3', 3],
    [' 12 ', 12],
    ['１０', 10],
    ['100000', 100_000],
  ])('%s is read', (text, count) => expect(countOf(text)).toBe(count))
  it.each(['', '0', '03', '-1', '1.5', '1e3', 'three', '1000000'])('%s is none', (text) => expect(countOf(text)).toBeNull())
})

describe('a packet that does not go together says why', () => {
  it('takes what fits', () => {
    expect(packetFault(88_88, 8, RULES)).toBeNull()
    expect(packetFault(1, 1, RULES)).toBeNull()
    expect(packetFault(200_00 * 500, 500, RULES)).toBeNull()
  })
  it('names the bound that is passed', () => {
    expect(packetFault(1_00, 501, RULES)?.key).toBe('countHint')
    expect(packetFault(7, 8, RULES)?.key).toBe('least')
    expect(packetFault(200_01, 1, RULES)?.key).toBe('most')
  })
})
