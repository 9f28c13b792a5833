/** What comes again in my own payments, and which were unlike them. */
import { useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { api, told } from '@/api/client'

export function useRecurring(on: Ref<boolean>) {
  return useQuery({
    // Beside the months: a withdrawal of consent takes it off the page with them.
    queryKey: ['picture', 'month', 'recurring'],
    queryFn: () => told(api.GET('/api/v1/insight/recurring')),
    enabled: on,
  })
}
