/** The person's cards and the banks they can be of. */
import { useQuery } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { api, told } from '@/api/client'

export function useBanks() {
  const banks = useQuery({ queryKey: ['banks'], queryFn: () => told(api.GET('/api/v1/banks')), staleTime: Infinity })
  const titleOf = (name: string): string => banks.data.value?.items.find((one) => one.name === name)?.title ?? name
  return { banks, titleOf }
}

/** `before`: the card that was chosen before a reload. */
export function useCards(before?: string) {
  const query = useQuery({ queryKey: ['cards'], queryFn: () => told(api.GET('/api/v1/cards')) })
  const cards = computed(() => query.data.value?.items.filter((one) => one.state === 'linked') ?? [])
  const card = ref(before ?? '')
  watch(cards, (now) => {
    if (now.length && !now.some((one) => one.id === card.value)) card.value = now[0]?.id ?? ''
  }, { immediate: true })
  return { query, cards, card }
}
