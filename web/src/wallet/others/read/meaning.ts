/** What a row means, under which name its merchant is counted, and what it was for: by the command line's own tables. */
import type { Bill, Direction, Flow, Source } from './bill'
import { yuan } from './cells'
import shared from './shared.json'

const { CLOSED, BACK_TO_SELF, INTERNAL_KINDS, INTERNAL_WORDS, REPAID, YIELD, REFUNDED_STATE, REFUNDED_WHOLE, FEE } = Object.fromEntries(
  Object.entries(shared.meaning).map(([name, pattern]) => [name, new RegExp(pattern)]),
) as Record<keyof typeof shared.meaning, RegExp>

interface Said {
  direction: Direction
  kind: string
  label: string
  state: string
  description: string
  counterparty: string
  funds: string
}

export function flowOf(source: Source, row: Said): Flow {
  if (row.direction !== 'out' && returns(source, row)) return 'refund'
  if (CLOSED.test(row.state)) return 'closed'
  const whole = `${row.description} ${row.counterparty}`
  if (REPAID.test(`${row.kind} ${whole}`) || (source === 'meituan' && row.kind === '还款')) return 'internal'
  const moved = INTERNAL_KINDS.test(row.kind)
  if (row.direction === 'out') return moved ? 'internal' : 'spending'
  if (row.direction === 'in') return moved ? 'internal' : 'income'
  if (YIELD.test(whole)) return 'income'
  if (moved || shared.internalLabels.includes(row.label) || INTERNAL_WORDS.test(whole) || row.funds === '资金转移') return 'internal'
  return row.funds === '已支出' ? 'spending' : 'internal'
}

function returns(source: Source, row: Said): boolean {
  if (source === 'wechat') return BACK_TO_SELF.test(row.kind) || row.kind.endsWith('退款')
  return row.label === '退款' || row.kind === '退款' || BACK_TO_SELF.test(row.state)
}

/** Of a purchase, what its own state says came back. */
export function refundedOf(amount: number, state: string): number {
  if (REFUNDED_WHOLE.test(state)) return amount
  return REFUNDED_STATE.test(state) ? Math.min(yuan(state), amount) : 0
}

/** A fee that stands in the note. */
export function feeOf(note: string): number {
  const found = FEE.exec(note)
  return found ? yuan(found[0]) : 0
}

const ALIASES = shared.aliases.map(([pattern, name]) => [new RegExp(pattern ?? '', 'i'), name ?? ''] as const)
const { BRANCH, PREFIX, RECIPIENT, FORM, SHOP, CITY, NUMBER } = Object.fromEntries(
  Object.entries(shared.merchant).map(([name, pattern]) => [name, new RegExp(pattern, name === 'NUMBER' ? 'gi' : 'g')]),
) as Record<keyof typeof shared.merchant, RegExp>

export function merchantOf(counterparty: string): string {
  const name = counterparty.normalize('NFKC').trim()
  const alias = ALIASES.find(([pattern]) => pattern.test(name))
  if (alias) return alias[1]
  let short = name.replace(PREFIX, '').replace(RECIPIENT, '')
  for (const pattern of [BRANCH, FORM, SHOP, NUMBER]) short = short.replace(pattern, '').replace(/^[ \-_·]+|[ \-_·]+$/g, '')
  if (short !== name && name.search(FORM) >= 0) short = short.replace(CITY, '')
  return short || name
}

const RULES = shared.rules.map(([pattern, kind]) => [new RegExp(pattern ?? '', 'i'), kind ?? ''] as const)
const PEOPLE = new RegExp(shared.people)
const STALL = new RegExp(shared.stall)

/** A kind of spending by the export's label, else by words; empty for income and own money. */
export function categoryOf(bill: Bill): string {
  if (bill.flow === 'income' || bill.flow === 'internal') return ''
  for (const label of [bill.label, ...bill.also.map((one) => one.label)]) {
    const kind = (shared.labels as Record<string, string>)[label.trim()]
    if (kind) return kind
  }
  if (PEOPLE.test(bill.kind)) return 'people'
  const name = [bill.merchant, bill.description, ...bill.also.map((one) => one.description)].join(' ')
  return RULES.find(([pattern]) => pattern.test(name))?.[1] ?? (STALL.test(bill.kind) ? 'people' : 'other')
}
