/** What is kept of me, what it is for, who read it. */
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api, told } from '@/api/client'
import { usePages } from '@/base/pages'

export const MY_DATA = 'my-data'
const DAYS = 90

export function useMyData() {
  const kept = useQuery({ queryKey: [MY_DATA, 'kept'], queryFn: () => told(api.GET('/api/v1/insight/my-data')) })
  const purposes = useQuery({ queryKey: ['purposes'], queryFn: () => told(api.GET('/api/v1/insight/purposes')), staleTime: Infinity })
  return { kept, purposes }
}

export function useAccessLog() {
  return usePages([MY_DATA, 'log'], (cursor) => told(api.GET('/api/v1/insight/access-log', { params: { query: { cursor, limit: 20 } } })))
}

/** `2026-11-26`, so many days before now. */
function day(before: number): string {
  const at = new Date(Date.now() - before * 86_400_000)
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(at)
}

export function useRecords(on: () => boolean) {
  const asked = { since: day(DAYS), until: day(0) }
  return usePages(
    [MY_DATA, 'records'],
    (cursor) => told(api.GET('/api/v1/insight/me/records', { params: { query: { ...asked, cursor, limit: 10 } } })),
    computed(on),
  )
}
