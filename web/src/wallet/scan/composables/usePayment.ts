/** One payment at a counter or of an order: whom it goes to, and the command that pays it. */
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api, told } from '@/api/client'
import { useCommand } from '@/api/command'
import type { TradeAnswer } from '@/api/schema'

export interface Payment {
  wallet: string
  amount: number
  note?: string
  pin?: string
}

interface Target {
  name: string
  store: string
  subject: string
  /** Fixed by the code or the order; null: the payer says it. */
  amount: number | null
  currency: string
  /** Of an order: whether it can still be paid. */
  open: boolean
  paid: boolean
}

async function ofCounter(code: string, fixed: number | null): Promise<Target> {
  const found = await told(api.GET('/api/v1/codes/{code}', { params: { path: { code } } }))
  return {
    name: found.merchant_name,
    store: found.store_name ?? '',
    subject: found.subject,
    amount: found.amount ?? fixed,
    currency: 'CNY',
    open: true,
    paid: false,
  }
}

async function ofTrade(trade: string): Promise<Target> {
  const found = await told(api.GET('/api/v1/bills/{trade_id}', { params: { path: { trade_id: trade } } }))
  return {
    name: found.merchant_name,
    store: found.store_name,
    subject: found.trade.subject,
    amount: found.trade.amount - found.saved,
    currency: found.trade.currency,
    open: found.trade.state === 'unpaid',
    paid: ['paid', 'partly_refunded', 'refunded'].includes(found.trade.state),
  }
}

export function usePayment({ code, trade, fixed }: { code: string; trade: string; fixed: number | null }) {
  const target = useQuery({
    queryKey: ['target', code, trade, fixed],
    queryFn: () => (trade ? ofTrade(trade) : ofCounter(code, fixed)),
  })
  const command = useCommand<Payment, TradeAnswer>(`pay:${trade || code}`, ({ wallet, amount, note, pin }, key) => {
    const header = { 'Idempotency-Key': key }
    if (trade) {
      const params = { path: { trade_id: trade }, header }
      return told(api.POST('/api/v1/trades/{trade_id}/pay', { params, body: { wallet, pin: pin ?? null } })) as Promise<TradeAnswer>
    }
    // A code that fixes the amount itself takes none.
    const body = { wallet, code, pin: pin ?? null, note: note ?? '', amount }
    return told(api.POST('/api/v1/counter-payments', { params: { header }, body }))
  })
  return { target, command, needed: computed(() => !code && !trade) }
}
