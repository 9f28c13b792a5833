/** Files brought together: each payment once, each refund with its purchase. The same rules as the command line's. */
import { type Bill, keyOf, type Source } from './bill'

const APART = 600
const APART_UNNUMBERED = 180
const PAID_BY: Partial<Record<Source, string>> = { wechat: '微信', alipay: '支付宝', alipay_web: '支付宝' }
const SHOPS: Partial<Record<Source, string>> = { jd: '京东', meituan: '美团' }
const isWallet = (bill: Bill): boolean => bill.source in PAID_BY
const family = (bill: Bill): string => (bill.source === 'alipay_web' ? 'alipay' : bill.source)
const side = (bill: Bill): boolean => bill.direction === 'out' || bill.flow === 'spending'

/** Oldest first; how many were another one's double. */
export function matched(all: Bill[]): { bills: Bill[]; doubles: number } {
  const ordered = [...all].sort((a, b) => a.at - b.at || Number(!isWallet(a)) - Number(!isWallet(b)) || compare(a.file, b.file) || a.line - b.line)
  const gone = new Map<number, number>()
  sameOrder(ordered, gone)
  across(ordered, gone, APART, (bill) => [...new Set([bill.order, bill.merchantOrder])].filter(Boolean).map((one) => JSON.stringify([one, bill.amount, side(bill)])))
  across(ordered, gone, APART_UNNUMBERED, names)
  const kept = ordered.map((bill) => ({ ...bill, also: [...bill.also] }))
  for (const [place, first] of gone) {
    let into = first
    for (let next = gone.get(into); next !== undefined; next = gone.get(into)) into = next
    const [bill, target] = [ordered[place], kept[into]]
    if (!bill || !target) continue
    if (bill.source !== target.source) target.also.push({ label: bill.label, description: bill.description })
    if (target.flow === 'spending') target.refunded = Math.max(target.refunded, bill.refunded)
  }
  const bills = kept.filter((_, place) => !gone.has(place))
  refunds(bills)
  return { bills, doubles: gone.size }
}

function listed<T>(all: Map<string, T[]>, key: string): T[] {
  const found = all.get(key) ?? []
  all.set(key, found)
  return found
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function sameOrder(ordered: Bill[], gone: Map<number, number>): void {
  const first = new Map<string, number>()
  ordered.forEach((bill, place) => {
    const key = JSON.stringify(
      bill.order
        ? [family(bill), bill.order, bill.amount, bill.direction, bill.flow === 'refund']
        : [bill.source, bill.at, bill.amount, bill.direction, bill.counterparty, bill.description],
    )
    const other = first.get(key)
    if (other === undefined) first.set(key, place)
    else if (ordered[other]?.file !== bill.file) gone.set(place, other)
  })
}

function across(ordered: Bill[], gone: Map<number, number>, apart: number, keys: (bill: Bill) => string[]): void {
  const wallets = new Map<string, number[]>()
  ordered.forEach((bill, place) => {
    if (isWallet(bill) && !gone.has(place)) for (const key of keys(bill)) listed(wallets, key).push(place)
  })
  const taken = new Set<number>()
  ordered.forEach((bill, place) => {
    if (isWallet(bill) || gone.has(place)) return
    const distance = (other: number) => Math.abs((ordered[other]?.at ?? Infinity) - bill.at)
    const near = keys(bill).flatMap((key) => wallets.get(key) ?? []).filter((other) => !taken.has(other) && distance(other) <= apart)
    if (!near.length) return
    const best = near.reduce((a, b) => (distance(b) < distance(a) || (distance(b) === distance(a) && b < a) ? b : a))
    taken.add(best)
    gone.set(place, best)
  })
}

function names(bill: Bill): string[] {
  const by = PAID_BY[bill.source]
  if (by) {
    return Object.entries(SHOPS).filter(([, mark]) => bill.counterparty.includes(mark) || bill.merchant.includes(mark))
      .map(([shop]) => JSON.stringify([shop, by, bill.amount, side(bill)]))
  }
  return [...new Set(Object.values(PAID_BY))].filter((mark) => bill.method.includes(mark)).map((mark) => JSON.stringify([bill.source, mark, bill.amount, side(bill)]))
}

function refunds(bills: Bill[]): void {
  const byNumber = new Map<string, Bill>()
  const byName = new Map<string, Bill[]>()
  for (const bill of bills) {
    if (!mayBeRefunded(bill)) continue
    for (const one of [bill.order, bill.merchantOrder]) {
      const key = `${family(bill)} ${one}`
      if (one && !byNumber.has(key)) byNumber.set(key, bill)
    }
    listed(byName, `${family(bill)} ${bill.merchant}`).push(bill)
  }
  const returned = new Map<Bill, number>()
  for (const bill of bills.filter((one) => one.flow === 'refund')) {
    const numbered = [bill.order, bill.merchantOrder].flatMap(prefixes).map((one) => byNumber.get(`${family(bill)} ${one}`)).find((one) => one && bill.amount <= one.amount)
    const told = () => (byName.get(`${family(bill)} ${bill.merchant}`) ?? []).filter((one) => one.at <= bill.at && one.refunded - (returned.get(one) ?? 0) === bill.amount).at(-1)
    const found = numbered ?? told()
    if (!found) continue
    returned.set(found, (returned.get(found) ?? 0) + bill.amount)
    bill.refundOf = keyOf(found)
  }
  for (const [bill, amount] of returned) {
    bill.refunded = Math.min(Math.max(bill.refunded, amount), bill.amount)
    bill.flow = 'spending' // a trade that was closed, and is given back, was a purchase
  }
}

const mayBeRefunded = (bill: Bill): boolean =>
  bill.flow === 'spending' || (bill.flow === 'closed' && bill.direction !== 'in') || (bill.flow === 'internal' && bill.direction === 'neutral')

/** The number, and what stands before each `_` and `*`, the longest first. */
function prefixes(number: string): string[] {
  if (!number) return []
  const cuts = [...number.matchAll(/[_*]/g)].map((match) => number.slice(0, match.index)).filter(Boolean)
  return [number, ...cuts.reverse()]
}
