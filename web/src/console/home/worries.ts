/** What is not well, from one reading. Nothing: all is well. */
import type { ReadingView } from '@/api/schema'
import { lasted } from '../shown'

export interface Worry {
  /** Its name among the words: `home.worry.money`. */
  name: string
  given?: Record<string, string>
  bad: boolean
  to: string
}

export const CHECK_STALE_S = 300
export const SUCCESS_LOW_BP = 9_500
const SUCCESS_FROM = 20
export const SLOW_MS = 1_000
const SLOW_FROM = 20
const LAG_S = 5
const FIGURES_LAG_S = 10
const DELIVERY_LATE_S = 300

export function worries(reading: ReadingView): Worry[] {
  const { now, zero_sum: sum, whole } = reading
  const found: Worry[] = []
  const age = sum?.done_at ? (Date.parse(now.at) - Date.parse(sum.done_at)) / 1000 : Infinity
  if (sum?.sound === false || whole?.sound === false) found.push({ name: 'money', bad: true, to: '/books' })
  else if (age > CHECK_STALE_S) found.push({ name: 'check', bad: false, to: '/books' })
  const tried = now.recent.paid + now.recent.refused + now.recent.declined
  if (now.recent.success_bp !== null && tried >= SUCCESS_FROM && now.recent.success_bp < SUCCESS_LOW_BP) found.push({ name: 'success', bad: true, to: '/volumes' })
  const slow = slowest(reading)
  if (slow.p99_ms >= SLOW_MS && slow.count >= SLOW_FROM) found.push({ name: 'slow', bad: false, to: '/' })
  if (now.behind.dispatcher_s > LAG_S) found.push({ name: 'events', bad: false, to: '/webhooks' })
  if (now.behind.figures_s > FIGURES_LAG_S) found.push({ name: 'figures', given: { time: lasted(now.behind.figures_s) }, bad: false, to: '/' })
  if (now.behind.oldest_delivery_s > DELIVERY_LATE_S) found.push({ name: 'hooks', bad: false, to: '/webhooks' })
  if (now.behind.failed > 0) found.push({ name: 'hooksFailed', bad: false, to: '/webhooks' })
  if (now.processes === 0) found.push({ name: 'processes', bad: true, to: '/' })
  return found
}

/** The routes that money moves by: a person's sign-in or an operator's search is no step of a payment. */
const MONEY = /\/(code-payments|counter-payments|personal-payments|red-packets|collections|topups|withdrawals|codes|trades)(\/(?!.*\btrail\b).*)?$/

export const slowest = (reading: ReadingView) =>
  reading.now.slowest.find((step) => MONEY.test(step.step)) ?? { step: '', count: 0, p50_ms: 0, p99_ms: 0 }
