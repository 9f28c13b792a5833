/** The picture of one month, and what its person lets be read for it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { api, told } from '@/api/client'
import type { Purpose } from '@/api/schema'

/** `2026-11` and so many months later. */
export function shifted(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const at = year * 12 + number - 1 + by
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`
}

export function useConsents() {
  const client = useQueryClient()
  const query = useQuery({ queryKey: ['picture', 'consents'], queryFn: () => told(api.GET('/api/v1/insight/consents')) })
  const granted = (purpose: Purpose): boolean => query.data.value?.items.find((one) => one.purpose === purpose)?.granted ?? false
  const say = useMutation({
    mutationFn: ({ purpose, granted }: { purpose: Purpose; granted: boolean }) =>
      told(api.PUT('/api/v1/insight/consents/{purpose}', { params: { path: { purpose } }, body: { granted } })),
    onSuccess: (now, { purpose, granted }) => {
      client.setQueryData(['picture', 'consents'], now)
      // What was read before a withdrawal is not kept on the page either.
      if (purpose === 'picture' && !granted) client.removeQueries({ queryKey: ['picture', 'month'] })
    },
  })
  return { query, granted, say }
}

export function usePicture() {
  const consents = useConsents()
  const month = ref<string | undefined>()
  const on = computed(() => consents.granted('picture'))
  const query = useQuery({
    queryKey: ['picture', 'month', month],
    queryFn: () => told(api.GET('/api/v1/insight/me', { params: { query: { month: month.value } } })),
    enabled: on,
    placeholderData: (before) => before,
  })
  return { consents, month, on, query }
}
