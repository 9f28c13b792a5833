import { describe, expect, it } from 'vitest'
import { split } from './wedge'

describe('a scanned text', () => {
  it.each([
    ['131234567890123456', { before: '', code: '131234567890123456' }],
    ['28.16131234567890123456', { before: '28.16', code: '131234567890123456' }],
    ['5https://qr.alipay.com/fkx1', { before: '5', code: 'https://qr.alipay.com/fkx1' }],
    ['wxp://f2f0abc', { before: '', code: 'wxp://f2f0abc' }],
    ['0002010102112629000', null],
    ['00020101021126290012org.qianbao', { before: '', code: '00020101021126290012org.qianbao' }],
    ['28.16', null],
    ['牛肉面大碗加一份牛肉不要香菜', null],
    ['Two large beef noodles', null],
  ])('%s is told from what a hand typed', (text, told) => {
    expect(split(text, false)).toEqual(told)
  })

  it('in the amount is any text that no amount can be', () => {
    expect(split('6901234567892', true)).toEqual({ before: '', code: '6901234567892' })
    expect(split('1234567.89', true)).toBeNull()
  })
})
