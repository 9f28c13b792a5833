/** The store's printed code and its number; made where there are none. */
import { useMutation, useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api, told } from '@/api/client'
import { queries } from '@/api/query'
import type { CounterView } from '@/api/schema'
import { session } from '../session'

export function useCodes() {
  const store = computed(() => session.store.value?.id ?? '')
  const list = useQuery({
    queryKey: ['codes', store],
    queryFn: async () => (await told(api.GET('/api/v1/counter-codes'))).items.filter((one) => one.store === store.value),
    enabled: computed(() => store.value !== ''),
  })
  const of = (kind: CounterView['kind']) => computed(() => list.data.value?.filter((one) => one.kind === kind).at(-1))
  const make = useMutation({
    mutationFn: async () => {
      for (const kind of ['static_qr', 'number'] as const) {
        if (list.data.value?.some((one) => one.kind === kind)) continue
        await told(api.POST('/api/v1/counter-codes', { body: { kind, store: store.value, subject: '' } }))
      }
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['codes'] }),
  })
  return { list, make, printed: of('static_qr'), number: of('number') }
}
