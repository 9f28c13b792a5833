/**
 * The payer's code in the hand: a new one each minute, by itself.
 *
 * Seconds are counted from when it was asked for, by the page's own monotonic clock: a phone whose clock is wrong
 * shows the right ones. How long it lasts is the server's word against the server's own date.
 */
import { type Ref, computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { api, told } from '@/api/client'
import type { TradeAnswer } from '@/api/schema'

const LASTS_S = 60
const EARLY_S = 1
const SLOT = 'payer-code'
const TOLD = ['paying', 'paid', 'partly_refunded', 'refunded']

export function usePayerCode(wallet: Ref<string | undefined>, used: (trade: TradeAnswer) => void) {
  const code = ref('')
  const total = ref(LASTS_S)
  const left = ref(0)
  const problem = shallowRef<unknown>(null)
  let ends = 0
  let round = 0

  /** What became of a code that was shown before: it may have been charged while the line was down. */
  async function wasUsed(shown: string): Promise<boolean> {
    const status = await told(api.GET('/api/v1/codes/{code}/status', { params: { path: { code: shown } } })).catch(() => null)
    // One that was charged and declined is used up as well, and nothing is to be told of it.
    if (status?.state !== 'used' || !status.trade || !TOLD.includes(status.trade.state)) return false
    sessionStorage.removeItem(SLOT)
    used(status.trade)
    return true
  }

  async function renew(): Promise<void> {
    const mine = ++round
    const before = code.value || sessionStorage.getItem(SLOT) || ''
    ends = Infinity // one at a time
    if (before && (await wasUsed(before))) return
    if (mine !== round || !wallet.value) return
    const began = performance.now()
    try {
      let lasts = LASTS_S
      const fresh = await told(
        api.POST('/api/v1/codes', { body: { wallet: wallet.value } }).then((answer) => {
          const date = Date.parse(answer.response.headers.get('date') ?? '')
          const until = Date.parse(answer.data?.expires_at ?? '')
          // The header has whole seconds and may be one old: rather a second too few.
          if (until > date) lasts = Math.min(LASTS_S * 5, Math.max(1, Math.floor((until - date) / 1000) - 1))
          return answer
        }),
      )
      if (mine !== round) return
      code.value = fresh.code
      sessionStorage.setItem(SLOT, fresh.code)
      total.value = lasts
      ends = began + lasts * 1000
      problem.value = null
    } catch (error) {
      if (mine !== round) return
      code.value = ''
      problem.value = error
      ends = Infinity
    }
    tick()
  }

  function tick(): void {
    const seconds = (ends - performance.now()) / 1000
    left.value = Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : 0
    if (seconds <= EARLY_S) void renew()
  }
  const timer = window.setInterval(tick, 250)
  const seen = (): void => {
    if (!document.hidden) tick()
  }
  const online = (): void => {
    if (problem.value) void renew()
  }
  document.addEventListener('visibilitychange', seen)
  window.addEventListener('online', online)
  onScopeDispose(() => {
    round += 1
    window.clearInterval(timer)
    document.removeEventListener('visibilitychange', seen)
    window.removeEventListener('online', online)
  })
  watch(wallet, (now) => now && void renew(), { immediate: true })

  return { code, left, total, share: computed(() => left.value / total.value), problem, renew }
}
