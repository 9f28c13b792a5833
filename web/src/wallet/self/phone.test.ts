import { expect, it } from 'vitest'
import { e164, isPhone } from './phone'

it.each([
  ['138 0013 8000', '+8613800138000'],
  ['１３８００１３８０００', '+8613800138000'],
  ['+86 138-0013-8000', '+8613800138000'],
  ['0044 20 7946 0000', '+442079460000'],
])('reads %s as %s', (typed, told) => expect(e164(typed)).toBe(told))

it.each(['linyue', '10001', '12345', ''])('leaves %s, which is no phone number, as it is', (typed) => {
  expect(e164(typed)).toBe(typed)
  expect(isPhone(typed)).toBe(false)
})
