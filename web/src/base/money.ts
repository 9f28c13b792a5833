/** Amounts stay integers of minor units until here: one way to show them, one way to read them. */
import { locale, t } from './i18n'
import { narrow } from './narrow'

const made = new Map<string, Intl.NumberFormat>()

/** The places after the point of a currency, as ISO 4217 has them (CNY 2, JPY 0). */
export const places = (currency: string): number => format(currency, false).resolvedOptions().maximumFractionDigits ?? 2

/** `2816` CNY as ¥28.16. `signed` shows + as well as −. */
export function formatMoney(amount: number, currency = 'CNY', { signed = false } = {}): string {
  // An integer of minor units below 2^53 over a power of ten formats exactly at that many places.
  return format(currency, signed).format(amount / 10 ** places(currency))
}

/** A format; making one takes longer than using it a hundred times. */
function format(currency: string, signed: boolean): Intl.NumberFormat {
  const key = `${locale()} ${currency} ${signed}`
  let found = made.get(key)
  if (!found) {
    found = new Intl.NumberFormat(locale() === 'zh' ? 'zh-CN' : 'en-US', {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
      signDisplay: signed ? 'exceptZero' : 'auto',
    })
    made.set(key, found)
  }
  return found
}

export type AmountFault = 'empty' | 'malformed' | 'too_fine' | 'too_small' | 'too_large'
export type AmountRead = { amount: number; fault?: undefined } | { amount?: undefined; fault: AmountFault }

const IGNORED = /[\s\u00a0,，、'’_¥￥$]|元|CNY|RMB/gi

/**
 * Read what a person typed: `28.16`, `1,234.5`, `１２．５０`, `¥8`, `8元`, `28。16`. Minor units, or why not.
 */
export function readAmount(text: string, { currency = 'CNY', min = 1, max = 1_000_000_00 } = {}): AmountRead {
  const plain = narrow(text).replace(/。/g, '.').replace(IGNORED, '')
  if (plain === '') return { fault: 'empty' }
  const found = /^(\d{1,13})(?:\.(\d*))?$/.exec(plain) ?? /^()\.(\d+)$/.exec(plain)
  if (!found) return { fault: 'malformed' }
  const digits = places(currency)
  const fraction = (found[2] ?? '').replace(/0+$/, '')
  if (fraction.length > digits) return { fault: 'too_fine' }
  const amount = Number((found[1] || '0') + fraction.padEnd(digits, '0'))
  if (amount < min) return { fault: 'too_small' }
  if (amount > max) return { fault: 'too_large' }
  return { amount }
}

/** What to tell a person about an amount that cannot be read. */
export function amountFault(fault: AmountFault, { currency = 'CNY', min = 1, max = 1_000_000_00 } = {}): string {
  return t(`amount.${fault}`, { min: formatMoney(min, currency), max: formatMoney(max, currency) })
}
