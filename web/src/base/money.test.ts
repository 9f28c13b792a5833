import { describe, expect, it } from 'vitest'
import { setLocale } from './i18n'
import { formatMoney, readAmount } from './money'

describe('an amount as it is typed', () => {
  it.each([
    ['28.16', 2816],
    ['1,234.5', 123450],
    ['１２．５０', 1250],
    ['１，２３４', 123400],
    ['¥8', 800],
    ['￥ 8.00', 800],
    ['8元', 800],
    ['28。16', 2816],
    ['.5', 50],
    ['12.', 1200],
    ['0.10', 10],
    ['28.160', 2816],
  ])('%s is %d fen', (text, amount) => {
    expect(readAmount(text)).toEqual({ amount })
  })

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['abc', 'malformed'],
    ['-5', 'malformed'],
    ['1.2.3', 'malformed'],
    ['1e5', 'malformed'],
    ['0', 'too_small'],
    ['0.00', 'too_small'],
    ['1.234', 'too_fine'],
    ['10000000', 'too_large'],
    ['99999999999999999999', 'malformed'],
  ])('%s is refused as %s', (text, fault) => {
    expect(readAmount(text)).toEqual({ fault })
  })

  it('has no fraction in a currency without one', () => {
    expect(readAmount('100', { currency: 'JPY' })).toEqual({ amount: 100 })
    expect(readAmount('100.5', { currency: 'JPY' })).toEqual({ fault: 'too_fine' })
  })
})

describe('an amount as it is shown', () => {
  it('has its separators and sign', () => {
    setLocale('en')
    expect(formatMoney(123456789)).toBe('¥1,234,567.89')
    expect(formatMoney(-5)).toBe('-¥0.05')
    expect(formatMoney(5, 'CNY', { signed: true })).toBe('+¥0.05')
    setLocale('zh')
    expect(formatMoney(2816)).toBe('¥28.16')
  })

  it('is exact at every fen, also at large sums', () => {
    setLocale('en')
    expect(formatMoney(999999999999999)).toBe('¥9,999,999,999,999.99')
  })
})
