/** Days and months of the API (2026-11-25) as the reader's calendar says them. */
import { locale } from '@/base/i18n'

const tag = (): string => (locale() === 'zh' ? 'zh-CN' : 'en-GB')

/** The date as this device's own midnight: a day of the API has no zone. */
export const dateOf = (day: string): Date => new Date(`${day}T00:00:00`)

export const monthName = (day: string): string => new Intl.DateTimeFormat(tag(), { year: 'numeric', month: 'long' }).format(dateOf(day))
export const monthShort = (day: string): string => new Intl.DateTimeFormat(tag(), { month: 'narrow' }).format(dateOf(day)).replace('月', '')
export const dayName = (day: string): string => new Intl.DateTimeFormat(tag(), { month: 'long', day: 'numeric' }).format(dateOf(day))

/** The names of the days of the week, Monday first. */
export function weekdays(): string[] {
  const format = new Intl.DateTimeFormat(tag(), { weekday: 'narrow' })
  return Array.from({ length: 7 }, (_, day) => format.format(new Date(2024, 0, 1 + day)))
}

/** The days of a month in weeks: how many cells lie before the first, and how many days there are. */
export function laid(month: string): { before: number; days: number } {
  const first = dateOf(month)
  return { before: (first.getDay() + 6) % 7, days: new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate() }
}
