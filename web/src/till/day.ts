/** Today at this store: count, sum and the latest payments, kept up by live events. Nothing is polled. */
import { useQuery } from '@tanstack/vue-query'
import { computed, readonly, ref, watch } from 'vue'
import { api, told } from '@/api/client'
import { lineUp, useLive } from '@/api/live'
import { queries } from '@/api/query'
import type { TradeInFull } from '@/api/schema'
import { session } from './session'
import { received } from './sound'

export const LATEST = 10
const announced = new Set<string>()
const fresh = ref('')

/** The payment that has just come in, by its trade's id. */
export const freshTrade = readonly(fresh)

/** This till has said it already: it is not said again when the event comes. */
export function heardOf(trade: string): void {
  announced.add(trade)
}

const paidOnes = (items: TradeInFull[]): TradeInFull[] => items.filter((one) => one.paid_at).slice(0, LATEST)

export function useDay() {
  const store = computed(() => session.store.value?.id ?? '')
  const on = computed(() => session.inside.value && store.value !== '')
  const takings = useQuery({
    queryKey: ['takings', 'today', store],
    queryFn: () => told(api.GET('/api/v1/takings', { params: { query: { store: store.value } } })),
    enabled: on,
    staleTime: 60_000,
  })
  const latest = useQuery({
    queryKey: ['latest', store],
    queryFn: async () => {
      const query = { store: store.value, limit: 40 }
      return paidOnes((await told(api.GET('/api/v1/trades', { params: { query } }))).items)
    },
    enabled: on,
    staleTime: 60_000,
  })
  return { takings, latest, total: computed(() => takings.data.value?.total) }
}

/** Listen as long as the till's frame stands: once. */
export function useDayLive(): void {
  let waiting = 0
  const readAgain = (): void => {
    window.clearTimeout(waiting)
    waiting = window.setTimeout(() => {
      void queries.invalidateQueries({ queryKey: ['latest'] })
      void queries.invalidateQueries({ queryKey: ['takings'] })
    }, 250)
  }
  useLive(['trade.paid', 'trade.refunded', 'trade.reversed'], (event) => {
    const { trade, store, amount } = event.data as { trade?: string; store?: string; amount?: number }
    if (store && store !== session.store.value?.id) return
    readAgain()
    // A sale without a store was made online: it is listed, and read aloud nowhere.
    if (event.type !== 'trade.paid' || !store || !trade || announced.has(trade)) return
    announced.add(trade)
    fresh.value = trade
    received(amount ?? 0)
  })
  watch(lineUp, (up) => up && readAgain())
}
