/** Asking for volumes: what of a period, and in which order it is shown. */
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api, told } from '@/api/client'
import type { Dimension, VolumeView } from '@/api/schema'
import { named } from '../shown'

export interface Asked {
  by: Dimension[]
  /** 0: not known yet, and nothing is asked. */
  days: number
}

const two = (n: number): string => String(n).padStart(2, '0')

/** The business day (UTC+8) so many days before now. */
export function businessDay(before = 0, now = Date.now()): string {
  const at = new Date(now + (8 * 3600 - before * 86_400) * 1000)
  return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`
}

/** A query of the volumes of the last days. */
export const asked = (what: () => Asked) => ({
  queryKey: ['volumes', what] as const,
  queryFn: () => {
    const { by, days } = what()
    return told(api.GET('/api/v1/figures/volumes', { params: { query: { by, since: businessDay(days - 1), until: businessDay() } } }))
  },
  enabled: () => what().days > 0,
  refetchInterval: 60_000,
})

const LITTLE = 0.02

/** Thirty days; a year where these hold next to nothing of it (records of long ago are being replayed); 0 until that is
 * known. */
export function usePeriod() {
  const year = useQuery(asked(() => ({ by: ['day'], days: 365 })))
  return computed(() => {
    if (year.isPending.value) return 0
    const items = year.data.value?.items ?? []
    const since = businessDay(29)
    const all = items.reduce((sum, item) => sum + item.paid, 0)
    const lately = items.reduce((sum, item) => ((item.keys[0] ?? '') >= since ? sum + item.paid : sum), 0)
    return lately < LITTLE * all ? 365 : 30
  })
}

const ORDER: Partial<Record<Dimension, string[]>> = {
  city_tier: ['1', 'new1', '2', '3', '4', '5', ''],
  age_group: ['0-17', '18-24', '25-34', '35-44', '45-54', '55-64', '65+', ''],
}

/** Tiers and ages in their own order, the rest by amount; `most` of them. */
export function largest(by: Dimension, items: readonly VolumeView[], most = 8): VolumeView[] {
  const order = ORDER[by]
  const found = [...items]
  if (order) found.sort((a, b) => order.indexOf(a.keys[0] ?? '') - order.indexOf(b.keys[0] ?? ''))
  else found.sort((a, b) => b.amount - a.amount)
  return found.slice(0, most)
}

/** The values of a dimension that stand in these items, in their order. */
export function values(by: Dimension, items: readonly VolumeView[], at: number): string[] {
  const seen = [...new Set(items.map((item) => item.keys[at] ?? ''))]
  const order = ORDER[by]
  return order ? order.filter((key) => seen.includes(key)) : seen
}

/** What a value is called. */
export const keyName = (by: Dimension, key: string, brands: ReadonlyMap<string, { name: string }>): string =>
  by === 'brand' && brands.has(key) ? (brands.get(key)?.name ?? key) : named(by, key)
