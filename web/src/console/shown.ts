/** How figures are written: counts, shares, large amounts, how long ago. */
import { locale, t } from '@/base/i18n'
import { places } from '@/base/money'

const tag = (): string => (locale() === 'zh' ? 'zh-CN' : 'en-GB')

/** A formatter is dear to make and cheap to use: each is made once. */
const made = new Map<string, Intl.NumberFormat>()

function formatted(n: number, options: Intl.NumberFormatOptions, language = tag()): string {
  const key = language + JSON.stringify(options)
  let format = made.get(key)
  if (!format) made.set(key, (format = new Intl.NumberFormat(language, options)))
  return format.format(n)
}

export const count = (n: number): string => formatted(n, {})

/** A rate: whole from ten up, with one place below. */
export const rate = (n: number): string => formatted(n, { maximumFractionDigits: n < 10 ? 1 : 0 })

/** Basis points as a share: 9987 is 99.87%. */
export const percent = (bp: number): string => formatted(bp / 10_000, { style: 'percent', maximumFractionDigits: 2 })

/** A large amount in few signs: ¥4.57M, ¥457.1万. The exact one stands behind it. */
export const shortMoney = (amount: number, currency = 'CNY'): string => {
  const digits = places(currency)
  const options: Intl.NumberFormatOptions = {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    notation: 'compact',
    maximumFractionDigits: Math.abs(amount) >= 100_000 * 10 ** digits ? 1 : 2,
  }
  return formatted(amount / 10 ** digits, options, locale() === 'zh' ? 'zh-CN' : 'en-US')
}

export const shortCount = (n: number): string => formatted(n, { notation: 'compact', maximumFractionDigits: 1 })

/** A length of time in one unit: 0.4 s, 12 s, 5 min, 3 h, 2 d. */
export function lasted(s: number): string {
  if (s < 10) return t('frame.unit.s', { n: rate(Math.round(s * 10) / 10) })
  if (s < 90) return t('frame.unit.s', { n: Math.round(s) })
  if (s < 5400) return t('frame.unit.min', { n: Math.round(s / 60) })
  if (s < 48 * 3600) return t('frame.unit.h', { n: Math.round(s / 3600) })
  return t('frame.unit.d', { n: Math.round(s / 86_400) })
}

/** How long ago, seen from `now`. */
export const ago = (iso: string, now: string | Date = new Date()): string =>
  t('frame.ago', { time: lasted(Math.max(0, (new Date(now).getTime() - Date.parse(iso)) / 1000)) })

/** A size in bytes. */
export function bytes(n: number): string {
  const unit = n >= 1e9 ? ['gigabyte', 1e9] : n >= 1e6 ? ['megabyte', 1e6] : ['kilobyte', 1e3]
  return formatted(n / (unit[1] as number), { style: 'unit', unit: unit[0] as string, maximumFractionDigits: 1 })
}

/** What a value of a dimension is called; a city or a new value stands for itself. */
export function named(dimension: string, key: string): string {
  if (key === '') return t('frame.unknown')
  const name = `frame.${dimension}.${key}`
  const text = t(name)
  return text === name ? key : text
}
