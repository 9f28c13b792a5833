/** Bills of other wallets, read in this browser and sent nowhere. Loaded when somebody wants it. */
import { documents } from './archive'
import { type Bill, type SetAside, spent, type Statement, Unreadable } from './bill'
import { matched } from './matching'
import { categoryOf } from './meaning'
import { statementOfRows, statementOfText } from './statement'
import { sheets } from './workbook'

export interface Reading {
  statements: Statement[]
  bills: Bill[]
  doubles: number
  aside: SetAside[]
}

/** Read files by name. `ask` gives the password of a locked one, or nothing. Throws `Unreadable`. */
export async function read(files: { name: string; data: Uint8Array }[], ask: (name: string) => Promise<string>): Promise<Reading> {
  const statements: Statement[] = []
  const strangers: SetAside[] = []
  for (const file of files) {
    for (const one of await opened(file.name, file.data, ask)) {
      try {
        statements.push(one.parts ? ofBook(one.name, one.parts) : statementOfText(one.name, one.data))
      } catch (error) {
        if (!(error instanceof Unreadable) || one.name === file.name) throw error
        strangers.push({ file: one.name, line: 0, reason: 'file_unknown', row: '' })
      }
    }
  }
  if (!statements.length) throw new Unreadable('bills_unknown', files[0]?.name ?? '')
  const { bills, doubles } = matched(statements.flatMap((one) => one.bills))
  for (const bill of bills) bill.category = categoryOf(bill)
  return { statements, bills, doubles, aside: [...strangers, ...statements.flatMap((one) => one.aside)] }
}

async function opened(name: string, data: Uint8Array, ask: (name: string) => Promise<string>) {
  try {
    return await documents(name, data)
  } catch (error) {
    if (!(error instanceof Unreadable) || error.code !== 'bills_password_missing') throw error
    const password = await ask(name)
    if (!password) throw error
    return await documents(name, data, password)
  }
}

function ofBook(name: string, parts: Map<string, Uint8Array>): Statement {
  let last: unknown = new Unreadable('bills_unknown', name)
  for (const sheet of sheets(name, parts)) {
    try {
      return statementOfRows(name, sheet)
    } catch (error) {
      last = error
    }
  }
  throw last
}

export interface Part {
  name: string
  spent: number
  records: number
}

export interface Picture {
  spent: number
  income: number
  moved: number
  refunded: number
  months: Part[]
  categories: Part[]
  merchants: Part[]
}

/** The sums of what was read. */
export function picture(bills: Bill[]): Picture {
  const paid = bills.filter((bill) => spent(bill) !== 0)
  const sum = (flow: Bill['flow']) => bills.filter((bill) => bill.flow === flow).reduce((all, bill) => all + bill.amount, 0)
  const dear = (a: Part, b: Part) => b.spent - a.spent
  return {
    spent: paid.reduce((all, bill) => all + spent(bill), 0),
    income: sum('income'),
    moved: sum('internal'),
    refunded: bills.reduce((all, bill) => all + bill.refunded, 0),
    months: grouped(paid, (bill) => new Date(bill.at * 1000).toISOString().slice(0, 7)),
    categories: grouped(paid, (bill) => (bill.flow === 'spending' ? bill.category : 'services')).sort(dear),
    merchants: grouped(paid, (bill) => bill.merchant).sort(dear).slice(0, 10),
  }
}

function grouped(bills: Bill[], name: (bill: Bill) => string): Part[] {
  const found = new Map<string, Part>()
  for (const bill of bills) {
    const one = found.get(name(bill)) ?? { name: name(bill), spent: 0, records: 0 }
    found.set(one.name, { ...one, spent: one.spent + spent(bill), records: one.records + 1 })
  }
  return [...found.values()]
}
