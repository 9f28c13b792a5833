/** By what the shop is paid without a till: its code to scan and its number to type. The oldest are those on its posters. */
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api, told } from '@/api/client'
import type { CounterView } from '@/api/schema'

export function useCodes() {
  const query = useQuery({ queryKey: ['counter-codes'], queryFn: () => told(api.GET('/api/v1/counter-codes')) })
  const of = (kind: CounterView['kind']) => computed(() => query.data.value?.items.filter((one) => one.kind === kind).at(-1))
  return { query, qr: of('static_qr'), number: of('number') }
}

/** Digits in fours, as they are read aloud. */
export const inFours = (digits: string): string => digits.replace(/(\d{4})(?=\d)/g, '$1 ')
