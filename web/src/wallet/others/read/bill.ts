/** A bill of another wallet, as the command line's reader has it. Amounts are minor units of CNY. */
export type Source = 'wechat' | 'alipay' | 'alipay_web' | 'jd' | 'meituan'
export type Direction = 'out' | 'in' | 'neutral'
export type Flow = 'spending' | 'income' | 'refund' | 'internal' | 'closed'
export type Reason =
  | 'columns_differ' | 'time_malformed' | 'amount_malformed' | 'amount_negative' | 'direction_unknown' | 'file_unknown'

export interface Bill {
  source: Source
  file: string
  line: number
  /** Seconds of the wall clock in UTC+8, as if it were UTC. */
  at: number
  amount: number
  direction: Direction
  flow: Flow
  counterparty: string
  merchant: string
  description: string
  kind: string
  label: string
  method: string
  state: string
  order: string
  merchantOrder: string
  fee: number
  refunded: number
  refundOf: string
  category: string
  /** The same payment's descriptions in other files. */
  also: { label: string; description: string }[]
}

export interface SetAside {
  file: string
  /** 0: the whole file. */
  line: number
  reason: Reason
  row: string
}

/** What a file states of itself beside what its rows hold. */
export interface Check {
  name: string
  told: { count: number; amount: number | null }
  held: { count: number; amount: number }
}

export interface Statement {
  file: string
  source: Source
  rows: number
  foot: number
  bills: Bill[]
  aside: SetAside[]
  checks: Check[]
}

/** Why a whole file is not read; `code` is the command line's. */
export class Unreadable extends Error {
  constructor(
    readonly code: 'bills_unknown' | 'bills_column_missing' | 'bills_broken' | 'bills_too_large' | 'bills_path_unsafe' | 'bills_password_missing' | 'bills_password_wrong',
    readonly file: string,
    readonly what = '',
  ) {
    super(code)
  }
}

/** What it cost: less what came back, with the fee. */
export const spent = (bill: Bill): number => (bill.flow === 'spending' ? bill.amount - bill.refunded : 0) + bill.fee

/** What a refund's `refundOf` calls this bill. */
export const keyOf = (bill: Bill): string => bill.order || bill.merchantOrder || `${bill.file}:${bill.line}`
