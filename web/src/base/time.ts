/** Times as people say them: today 14:05, not an ISO stamp. */
import { locale, t } from './i18n'

const made = new Map<string, Intl.DateTimeFormat>()
/** A format of this language; making one takes longer than using it a hundred times. */
function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${tag()} ${name}`
  let found = made.get(key)
  if (!found) made.set(key, (found = new Intl.DateTimeFormat(tag(), options)))
  return found
}
const tag = (): string => (locale() === 'zh' ? 'zh-CN' : 'en-GB')
const midnight = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()

/** The day: today, yesterday, 11月3日 / 3 November, with the year where it is another one. */
export function dayOf(iso: string | Date, now = new Date()): string {
  const at = new Date(iso)
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000)
  if (days === 0) return t('common.today')
  if (days === 1) return t('common.yesterday')
  const year = at.getFullYear() === now.getFullYear() ? undefined : 'numeric'
  return format(`day ${year}`, { day: 'numeric', month: 'long', year }).format(at)
}

/** The time of day: 14:05; with seconds where they matter. */
export function clockOf(iso: string | Date, { seconds = false } = {}): string {
  const second = seconds ? '2-digit' : undefined
  return format(`clock ${second}`, { hour: '2-digit', minute: '2-digit', second, hour12: false }).format(new Date(iso))
}

/** Day and time: today 14:05. */
export const momentOf = (iso: string | Date): string => `${dayOf(iso)} ${clockOf(iso)}`

/** A key that groups by the reader's calendar day: 2026-11-25. */
export function dayKey(iso: string | Date): string {
  const at = new Date(iso)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}
