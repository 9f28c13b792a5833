import { describe, expect, it } from 'vitest'
import type { BillList, BillView } from '@/api/schema'
import { type Bills, merged, restated } from './merging'

const bill = (n: number, more: Partial<BillView> = {}): BillView => ({
  id: `t${n}`, wallet: 'w', kind: 'payment', amount: -100, currency: 'CNY', at: `2026-11-${String(n).padStart(2, '0')}T08:00:00Z`,
  about: `trade${n}`, name: 'Shop', category: null, subject: '', state: 'paid', refunded: 0, ...more,
})
const page = (ns: number[], next: string | null): BillList => ({ items: ns.map((n) => bill(n)), next_cursor: next })
const list = (...pages: BillList[]): Bills => ({ pages, pageParams: pages.map((_, n) => (n ? `c${n}` : undefined)) })
const ids = (bills: Bills): string[] => bills.pages.flatMap((one) => one.items.map((it) => it.id))

describe('the newest bills, laid over those that are there', () => {
  it('come first, and each stands once', () => {
    const now = merged(list(page([6, 5, 4], 'a'), page([3, 2, 1], null)), page([8, 7, 6], 'b'))
    expect(ids(now)).toEqual(['t8', 't7', 't6', 't5', 't4', 't3', 't2', 't1'])
    expect(now.pages.at(-1)?.next_cursor).toBeNull()
    expect(now.pages[0]?.next_cursor).toBe('a')
  })
  it('are what is there where nothing has happened', () => {
    const there = list(page([3, 2], 'a'), page([1], null))
    expect(ids(merged(there, page([3, 2], 'a')))).toEqual(ids(there))
  })
  it('begin the list anew where more has happened than they hold', () => {
    const now = merged(list(page([3, 2, 1], null)), page([9, 8, 7], 'z'))
    expect(ids(now)).toEqual(['t9', 't8', 't7'])
    expect(now.pages[0]?.next_cursor).toBe('z')
  })
  it('leave a list alone of whose search they hold nothing', () => {
    const there = list(page([], 'a'), page([1], null))
    expect(merged(there, page([], 'a'))).toBe(there)
  })
})

it('a payment far down is told that money came back', () => {
  const now = restated(list(page([3], 'a'), page([2, 1], null)), 'trade1', 'partly_refunded', 40)
  expect(now.pages[1]?.items.map((one) => [one.state, one.refunded])).toEqual([['paid', 0], ['partly_refunded', 40]])
})
