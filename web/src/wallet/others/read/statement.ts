/** One export into one statement: each line below the header is a bill, set aside, or of the foot. */
import { type Bill, type Check, type Reason, type SetAside, type Source, type Statement, Unreadable } from './bill'
import { amount, type Cell, direction, moment, number, text, units, words } from './cells'
import { cellOf, type Header, header, type Role, sourceOf } from './layouts'
import { feeOf, flowOf, merchantOf, refundedOf } from './meaning'
import { cells, lines, type Row, rows } from './rows'
import shared from './shared.json'

const HEADER_WITHIN = 400
const FOOT = new RegExp(shared.foot)

/** Read an export's text. Throws `Unreadable`. */
export function statementOfText(file: string, data: Uint8Array): Statement {
  const all = lines(data)
  if (all.length > shared.bounds.rows) throw new Unreadable('bills_too_large', file)
  let almost: Header | null = null
  for (const [at, line] of all.slice(0, HEADER_WITHIN).entries()) {
    for (const delimiter of [',', '\t', ';']) {
      const found = line.includes(delimiter) ? header(cells(line, delimiter)) : null
      if (found && !found.missing.length) return read(file, found, all.slice(0, at), rows(all, at + 1, delimiter, found.width))
      almost ??= found
    }
  }
  throw unreadable(file, almost)
}

/** Read a workbook's rows. Throws `Unreadable`. */
export function statementOfRows(file: string, sheet: Row[]): Statement {
  let almost: Header | null = null
  for (const [at, row] of sheet.slice(0, HEADER_WITHIN).entries()) {
    const found = header(row.cells)
    if (found && !found.missing.length) return read(file, found, sheet.slice(0, at).map((one) => one.cells.map(text).join(' ')), sheet.slice(at + 1))
    almost ??= found
  }
  throw unreadable(file, almost)
}

const unreadable = (file: string, almost: Header | null): Unreadable =>
  almost ? new Unreadable('bills_column_missing', file, almost.missing.join('、')) : new Unreadable('bills_unknown', file)

function read(file: string, found: Header, above: string[], below: Row[]): Statement {
  const source = sourceOf(found, above.join('\n'), file)
  const bills: Bill[] = []
  const aside: SetAside[] = []
  const foot: string[] = []
  for (const row of below) {
    const one = bill(source, file, found, row)
    if (typeof one !== 'string') bills.push(one)
    else if (isFoot(row)) foot.push(row.written)
    else aside.push({ file, line: row.line, reason: one, row: row.written })
  }
  return { file, source, rows: below.length, foot: foot.length, bills, aside, checks: checks([...above, ...foot], bills) }
}

function isFoot(row: Row): boolean {
  const filled = row.cells.map(text).filter(Boolean)
  return !filled.length || (filled.length <= 4 && FOOT.test(filled[0] ?? ''))
}

function bill(source: Source, file: string, found: Header, row: Row): Bill | Reason {
  const last = Math.max(...Object.keys(shared.needed).map((role) => found.roles.get(role as Role)?.[0] ?? 0))
  const over = row.cells.slice(found.width).some((cell) => text(cell))
  if (over || row.cells.length <= last || row.cells.some((cell) => typeof cell === 'string' && cell.length > shared.bounds.text)) return 'columns_differ'
  const raw = (role: Role): Cell => cellOf(found, row.cells, role)
  const said = (role: Role): string => words(raw(role))
  const at = moment(raw('at'))
  if (at === null) return 'time_malformed'
  const paid = amount(raw('amount'))
  if (!paid) return 'amount_malformed'
  let side = direction(raw('direction'))
  if (!side) return 'direction_unknown'
  if (paid.negative) {
    if (side === 'in') return 'amount_negative'
    side = 'out'
  }
  const stated = (role: Role): number => amount(raw(role))?.units ?? 0
  const counterparty = said('counterparty') || (source === 'meituan' ? '美团' : '')
  const row_ = { direction: side, kind: said('kind'), label: said('label'), state: said('state'), description: said('description'), counterparty, funds: said('funds') }
  let flow = flowOf(source, row_)
  const back = Math.max(paid.refunded, refundedOf(paid.units, row_.state), stated('refunded'))
  if (flow === 'internal' && back && side === 'neutral') flow = 'spending' // given back: it nets to what is left
  return {
    source, file, line: row.line, at, amount: paid.units, direction: side, flow, counterparty,
    merchant: merchantOf(counterparty) || merchantOf(row_.description),
    description: row_.description, kind: row_.kind, label: row_.label, state: row_.state, method: said('method'),
    order: number(raw('order')), merchantOrder: number(raw('merchant_order')),
    fee: Math.max(feeOf(said('note')), stated('fee')),
    refunded: flow === 'spending' ? Math.min(back, paid.units) : 0,
    refundOf: '', category: '', also: [],
  }
}

const NAMES = { 收入: 'in', 支出: 'out', 中性交易: 'neutral', 不计收支: 'neutral', 其他: 'neutral' } as const

/** The counts and sums that the file states, each beside its rows. */
function checks(around: string[], bills: Bill[]): Check[] {
  const found = new Map<string, Check>()
  for (const line of around.map((one) => one.normalize('NFKC'))) {
    for (const match of line.matchAll(new RegExp(shared.sum, 'g'))) {
      const name = (match[1] ?? '').replace(/^已/, '') as keyof typeof NAMES
      const sum = units(match[3] ?? '')
      if (sum !== null && !found.has(name)) found.set(name, { name, told: { count: Number(match[2]), amount: sum }, held: held(bills, NAMES[name]) })
    }
    const all = new RegExp(shared.count).exec(line)
    if (all && !found.has('共')) found.set('共', { name: '共', told: { count: Number(all[1]), amount: null }, held: held(bills, null) })
  }
  return [...found.values()]
}

function held(bills: Bill[], side: string | null): { count: number; amount: number } {
  const sided = (one: Bill) => (one.source === 'alipay_web' && (one.flow === 'closed' || one.flow === 'internal') ? 'neutral' : one.direction)
  const some = bills.filter((one) => side === null || sided(one) === side)
  return { count: some.length, amount: some.reduce((sum, one) => sum + one.amount, 0) }
}

export const agrees = (check: Check): boolean =>
  check.told.count === check.held.count && (check.told.amount === null || check.told.amount === check.held.amount)
