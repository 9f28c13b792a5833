/** Cells as they are written, and written again by spreadsheets: amounts, times, numbers. The tests' table is the command line's own. */
import shared from './shared.json'
import type { Direction } from './bill'

/** What a table holds: text of a CSV, a number of a workbook. */
export type Cell = string | number

const EXACT_DIGITS = 15
const LONG_DIGITS = 20
const DAY = 86_400

/** A cell as text: names that are only digits stay digits. */
export function text(cell: Cell): string {
  return String(cell).replaceAll('\0', '').replace(/^[\ufeff \t\r\n\u3000\xa0]+|[\ufeff \t\r\n\u3000\xa0]+$/g, '')
}

/** The same in one width of letters; a lone slash or dash is nothing. */
export function plain(cell: Cell): string {
  const found = text(cell).normalize('NFKC').trim()
  return ['/', '-', '--', '无'].includes(found) ? '' : found
}

/** A name or description; without the apostrophe that guards a formula. */
export function words(cell: Cell): string {
  const found = text(cell).replace(/^'(?='*[=+\-@])/, '')
  return found === '/' || found === '-' ? '' : found
}

const WRITTEN = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/
const PACKED = /^(\d{4})(\d{2})(\d{2})(?:\s*(\d{2})(\d{2})(\d{2}))?$/

/** Seconds of the wall clock in UTC+8, as if it were UTC; null where the cell is no time that a wallet knew. */
export function moment(cell: Cell): number | null {
  const written = plain(cell)
  if (typeof cell === 'number' || /^\d{5}(\.\d+)?$/.test(written)) {
    const days = Number(written)
    return days >= 30_000 && days <= 80_000 ? inRange(Math.round((days - 25_569) * DAY)) : null
  }
  const match = WRITTEN.exec(written) ?? PACKED.exec(written)
  if (!match) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map((part) => Number(part ?? 0))
  const found = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const same = found.getUTCMonth() === month - 1 && found.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  return same ? inRange(found.getTime() / 1000) : null
}

function inRange(seconds: number): number | null {
  return seconds >= Date.UTC(2003, 0) / 1000 && seconds < Date.UTC(2100, 0) / 1000 ? seconds : null
}

/** Minor units of `28.16`, `1,280.00`; null for anything else. No float on the way. */
export function units(written: string): number | null {
  const match = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?$/.exec(written.normalize('NFKC').trim().replace(/^[¥￥$]+/, '').trim())
  const part = (match?.[2] ?? '').replace(/0+$/, '')
  if (!match || part.length > 2) return null
  const found = Number((match[1] ?? '').replaceAll(',', '')) * 100 + Number(part.padEnd(2, '0'))
  return Number.isSafeInteger(found) ? found : null
}

export interface Amount {
  units: number
  /** Of them, what came back (JD writes `131.77(已退款89.84)`). */
  refunded: number
  negative: boolean
}

export function amount(cell: Cell): Amount | null {
  if (typeof cell === 'number') {
    if (!(Math.abs(cell) < 1e13) || Math.abs(cell * 100 - Math.round(cell * 100)) > 1e-4) return null
    return { units: Math.abs(Math.round(cell * 100)), refunded: 0, negative: cell < 0 }
  }
  let written = text(cell).normalize('NFKC').replaceAll(' ', '').replace(/元$/, '')
  const back = /\((?:已(?:全额)?退款|退款)\s*[¥￥]?\s*([\d,.]*)\s*元?\)/.exec(written)
  if (back) written = written.replace(back[0], '')
  const negative = /^¥?[-−]/.test(written)
  const whole = units(written.replace(/^[¥+\-−]+/, ''))
  if (whole === null) return null
  const refunded = !back ? 0 : back[1] ? units(back[1]) : whole
  return refunded === null ? null : { units: whole, refunded: Math.min(refunded, whole), negative }
}

/** The first amount within a text (`服务费¥0.10`), or 0. */
export function yuan(written: string): number {
  const found = /[¥￥]?\s*(\d[\d,]*(?:\.\d{1,2})?)\s*元?/.exec(written.normalize('NFKC'))
  return units(found?.[1] ?? '') ?? 0
}

/** What 收/支 says; null for a word that is not known. */
export function direction(cell: Cell): Direction | null {
  return ((shared.directions as Record<string, Direction>)[plain(cell)] ?? null)
}

/** An order's number; empty where a spreadsheet has rounded it. */
export function number(cell: Cell): string {
  if (typeof cell === 'number') return Number.isSafeInteger(cell) && Math.abs(cell) < 10 ** EXACT_DIGITS ? String(cell) : ''
  const found = plain(cell).replace(/^'+/, '').replace(/^"+|"+$/g, '').trim()
  if (/^\d(\.\d+)?[eE]\+?\d+$/.test(found)) return ''
  const rounded = /^\d+$/.test(found) && found.length >= LONG_DIGITS && /^0+$/.test(found.slice(EXACT_DIGITS))
  return rounded ? '' : found
}
