/** Balances, and whether they are shown: hidden with a tap, and hidden they stay. */
import { useQuery } from '@tanstack/vue-query'
import { type MaybeRefOrGetter, computed, ref, toValue } from 'vue'
import { api, told } from '@/api/client'

const SLOT = 'balance-hidden'
export const hidden = ref(localStorage.getItem(SLOT) === '1')

export function toggleHidden(): void {
  hidden.value = !hidden.value
  localStorage.setItem(SLOT, hidden.value ? '1' : '0')
}

export function useAccount(id: MaybeRefOrGetter<string | undefined>) {
  return useQuery({
    queryKey: ['account', computed(() => toValue(id))],
    queryFn: () => told(api.GET('/api/v1/accounts/{account_id}', { params: { path: { account_id: toValue(id) ?? '' } } })),
    enabled: computed(() => !!toValue(id)),
  })
}
