/**
 * One sale after the other: an amount, a payer's code, an outcome.
 *
 * A charge has its number and its command's id before it is first sent, and both outlive a reload. An outcome that
 * is not known is asked for until it is; one that never arrived is called off by its number, so that it cannot
 * come through late.
 */
import { computed, ref, shallowRef, watch } from 'vue'
import { api, told } from '@/api/client'
import { useCommand } from '@/api/command'
import { lineUp, useLive } from '@/api/live'
import { type Problem, asProblem } from '@/api/problem'
import type { TradeAnswer } from '@/api/schema'
import { readAmount } from '@/base/money'
import { heardOf } from '../day'
import { newNumber } from '../number'
import { session } from '../session'
import * as sound from '../sound'

export type Phase = 'typing' | 'sending' | 'asking' | 'waits' | 'paid' | 'refused' | 'over'

interface Charge {
  code: string
  out_trade_no: string
  amount: number
  subject: string
  store: string | null
}
type Order = Omit<Charge, 'code'>
type Told = Pick<TradeAnswer, 'id' | 'state' | 'amount' | 'out_trade_no' | 'scene' | 'paid_at'>

const WAITING = 'till:waiting'
const PAYER_CODE = /^[1-9]\d{17}$/
/** A code lives a minute: one that was scanned before the amount is kept for less. */
const HELD_MS = 50_000

const headers = (key: string): { 'Idempotency-Key': string } => ({ 'Idempotency-Key': key })

export function useSelling() {
  const text = ref('')
  const item = ref('')
  const held = ref('')
  const note = ref('')
  const trade = shallowRef<Told | null>(null)
  const read = shallowRef<Problem | null>(null)
  const amount = computed(() => readAmount(text.value))

  const charge = useCommand<Charge, Told>('till:charge', (body, key) =>
    told(api.POST('/api/v1/code-payments', { params: { header: headers(key) }, body: { ...body, attach: '', currency: 'CNY' } })),
  )
  const order = useCommand<Order, Told>('till:order', (body, key) =>
    told(api.POST('/api/v1/trades', { params: { header: headers(key) }, body: { ...body, attach: '', scene: 'native', subsidy: 0, currency: 'CNY', expires_in_s: 900 } })),
  )
  const off = useCommand<{ out_trade_no: string }, Told>('till:off', (body, key) =>
    told(api.POST('/api/v1/code-payments/reverse', { params: { header: headers(key) }, body })),
  )

  const phase = computed<Phase>(() => {
    const state = trade.value?.state
    if (state === 'paid' || state === 'partly_refunded' || state === 'refunded') return 'paid'
    if (state === 'paying' || state === 'unpaid') return 'waits'
    if (state) return 'over'
    if (read.value) return 'refused'
    for (const one of [charge.state.value, order.state.value]) if (one === 'sending' || one === 'asking') return one
    return charge.state.value === 'refused' || order.state.value === 'refused' ? 'refused' : 'typing'
  })
  const problem = computed(() => read.value ?? charge.problem.value ?? order.problem.value)
  const shown = computed(() => trade.value?.amount ?? charge.kept.value?.asked.amount ?? order.kept.value?.asked.amount ?? amount.value.amount ?? 0)

  function base(): Order | null {
    if (amount.value.amount === undefined) return null
    return { out_trade_no: newNumber('T'), amount: amount.value.amount, subject: item.value.trim(), store: session.store.value?.id ?? null }
  }

  /** Charge a payer's code, or keep it until there is an amount. */
  async function take(code: string): Promise<void> {
    if (phase.value === 'sending' || phase.value === 'asking' || phase.value === 'waits') return
    if (phase.value !== 'typing') restart()
    const asked = base()
    if (!asked) {
      held.value = code
      note.value = 'heldCode'
      window.setTimeout(() => held.value === code && drop(), HELD_MS)
      return
    }
    drop()
    await charge.run({ ...asked, code })
  }

  function drop(): void {
    held.value = ''
    note.value = ''
  }

  /** What a scanner, a camera or a hand gave: a payer's code, or something else that is then named. */
  async function scanned(raw: string): Promise<void> {
    const said = raw.trim()
    const digits = said.replace(/\s/g, '')
    if (PAYER_CODE.test(digits)) return take(digits)
    if (phase.value === 'sending' || phase.value === 'asking' || phase.value === 'waits') return
    if (phase.value !== 'typing') restart()
    try {
      await told(api.POST('/api/v1/codes/read', { body: { text: said } }))
      note.value = 'notPayer'
    } catch (error) {
      read.value = asProblem(error)
    }
    sound.failed()
  }

  /** Enter: charge the code that waits for the amount. Says whether there was one. */
  async function enter(): Promise<boolean> {
    if (!held.value || amount.value.amount === undefined) return false
    await take(held.value)
    return true
  }

  /** Show a QR of one trade over this amount. */
  async function showQr(): Promise<void> {
    const asked = base()
    if (asked) await order.run(asked)
  }

  /** Stop waiting: what is unpaid is closed for good, what was paid goes back. */
  async function callOff(): Promise<void> {
    const out_trade_no = trade.value?.out_trade_no ?? charge.kept.value?.asked.out_trade_no ?? order.kept.value?.asked.out_trade_no
    if (out_trade_no) await off.run({ out_trade_no })
  }

  function restart(): void {
    text.value = ''
    item.value = ''
    read.value = null
    drop()
    trade.value = null
    charge.reset()
    order.reset()
    off.reset()
    sessionStorage.removeItem(WAITING)
  }

  function hold(found: Told): void {
    heardOf(found.id)
    trade.value = found
  }
  watch(charge.result, (found) => found && hold(found))
  watch(order.result, (found) => found && hold(found))
  watch(off.result, (found) => found && hold(found))
  watch(trade, (found) => found && sessionStorage.setItem(WAITING, found.id))
  watch(phase, (now) => {
    if (now === 'paid') sound.received(shown.value)
    if (now === 'refused' && !read.value) sound.failed()
    if (now === 'paid' || now === 'over') sessionStorage.removeItem(WAITING)
  })

  async function lookAgain(): Promise<void> {
    const id = trade.value?.id ?? sessionStorage.getItem(WAITING)
    if (!id || (trade.value && phase.value !== 'waits')) return
    const found = await told(api.GET('/api/v1/trades/{trade_id}', { params: { path: { trade_id: id } } })).catch(() => null)
    if (found) hold(found)
  }
  useLive(['trade.paid', 'trade.failed', 'trade.closed', 'trade.reversed'], (event) => {
    const data = event.data as { trade?: string; state?: Told['state'] }
    if (trade.value && data.trade === trade.value.id && data.state) trade.value = { ...trade.value, state: data.state }
  })
  watch(lineUp, (up) => up && void lookAgain())

  /** After a reload: find out what became of what was under way. */
  async function resume(): Promise<void> {
    const asked = charge.kept.value?.asked ?? order.kept.value?.asked
    if (!asked) return lookAgain()
    text.value = (asked.amount / 100).toFixed(2)
    const end = (await charge.resume()) ?? (await order.resume())
    if (end !== 'nothing') return
    // It never arrived: its number is taken, so that it cannot come through late.
    await off.run({ out_trade_no: asked.out_trade_no })
    if (off.state.value === 'done' && off.result.value?.state === 'reversed' && off.result.value.amount === 0) {
      restart()
      text.value = (asked.amount / 100).toFixed(2)
      note.value = 'lost'
    }
  }

  return { text, item, held, note, trade, amount, phase, problem, shown, charge, order, off, take, scanned, enter, showQr, callOff, restart, resume }
}

export type Selling = ReturnType<typeof useSelling>
