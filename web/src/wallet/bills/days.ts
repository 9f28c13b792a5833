/** Bills as lines on a page: each day's name, then its bills. */
import type { BillView } from '@/api/schema'
import { dayKey } from '@/base/time'
import { keyOf } from './merging'

export type Line = { key: string; day: string } | { key: string; bill: BillView; first: boolean; last: boolean }

/** `day` is a moment of that day; its name is the reader's, so it is written where it is shown. */
export function linesOf(bills: readonly BillView[]): Line[] {
  const lines: Line[] = []
  let before = ''
  bills.forEach((bill, n) => {
    const day = dayKey(bill.at)
    const next = bills[n + 1]
    if (day !== before) lines.push({ key: day, day: bill.at })
    lines.push({ key: keyOf(bill), bill, first: day !== before, last: !next || dayKey(next.at) !== day })
    before = day
  })
  return lines
}
