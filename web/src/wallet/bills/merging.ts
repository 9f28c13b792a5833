/** A long list of bills is kept current by its newest part alone: reading ten thousand bills anew would be two hundred requests. */
import type { InfiniteData } from '@tanstack/vue-query'
import type { BillList, BillView } from '@/api/schema'

export type Bills = InfiniteData<BillList, string | undefined>

/** A bill's own key: the transfer, on one of the reader's wallets. */
export const keyOf = (bill: BillView): string => bill.id + bill.wallet

/**
 * What is there with the newest part laid over it. Where the two do not meet, more has happened than one part
 * holds: then the list begins anew with it.
 */
export function merged(there: Bills, newest: BillList): Bills {
  if (!newest.items.length) return there
  const fresh = new Map(newest.items.map((bill) => [keyOf(bill), bill]))
  const meet = there.pages.some((page) => page.items.some((bill) => fresh.has(keyOf(bill))))
  if (!meet && newest.next_cursor) return { pages: [newest], pageParams: [undefined] }
  const pages = there.pages.map((page) => (page.items.some((bill) => fresh.has(keyOf(bill))) ? { ...page, items: page.items.filter((bill) => !fresh.has(keyOf(bill))) } : page))
  const [first, ...rest] = pages
  if (!first) return { pages: [newest], pageParams: [undefined] }
  return { pages: [{ ...first, items: [...newest.items, ...first.items] }, ...rest], pageParams: there.pageParams }
}

/** The list after a trade gave money back: its payment may stand far down. */
export function restated(there: Bills, trade: string, state: BillView['state'], refunded: number): Bills {
  const pages = there.pages.map((page) =>
    page.items.some((bill) => bill.about === trade)
      ? { ...page, items: page.items.map((bill) => (bill.about === trade && bill.kind === 'payment' ? { ...bill, state, refunded } : bill)) }
      : page,
  )
  return { ...there, pages }
}
