/** A phrase says what it is given, and counts in singular and plural. */
import { beforeAll, expect, it } from 'vitest'
import { addWords, i18n, setLocale, t } from './i18n'

const words = { said: '{who} paid {much}', many: 'one sale | {n} sales', plain: 'a { b } | ' }

beforeAll(() => {
  addWords({ room: { zh: { ...words, said: '{who}付了{much}' }, en: words } })
  setLocale('en')
})

it('says what it is given, and nothing for what is missing', () => {
  expect(t('room.said', { who: '王 {much} $&', much: 0 })).toBe('王 {much} $& paid 0')
  expect(t('room.said', { who: 'Li' })).toBe('Li paid ')
})

it('counts', () => {
  const counted = (n: number) => i18n.global.t('room.many', { n }, n)
  expect([1, 2, 0].map(counted)).toEqual(['one sale', '2 sales', '0 sales'])
})

it('speaks the language that is chosen', () => {
  setLocale('zh')
  expect(t('room.said', { who: '王', much: '5' })).toBe('王付了5')
  setLocale('en')
})
