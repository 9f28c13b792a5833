/**
 * The bills that are asked for, part by part; a part may be empty and yet be followed by another. What is there
 * stays current by its newest part (`merging.ts`), so nothing else reads it anew: the query is never enabled.
 */
import { computed, nextTick, onMounted, ref, watch } from 'vue'
import { api, told } from '@/api/client'
import { lineUp, useLive } from '@/api/live'
import { queries } from '@/api/query'
import type { BillKind, BillView } from '@/api/schema'
import { usePages } from '@/base/pages'
import { MOVED } from '@/wallet/self/moved'
import { type Bills, merged, restated } from '../merging'

export const GROUPS = {
  payment: ['payment'],
  refund: ['refund', 'reversal'],
  topup: ['topup'],
  withdrawal: ['withdrawal'],
  people: ['personal_payment', 'personal_payment_returned', 'collection'],
  packet: ['red_packet_funded', 'red_packet_grabbed', 'red_packet_returned'],
} as const satisfies Record<string, readonly BillKind[]>
export type Group = keyof typeof GROUPS

const PAGE = 100
const SETTLE_MS = 250

export function useBills() {
  const typed = ref('')
  const text = ref('')
  const group = ref<Group | ''>('')
  let timer = 0
  watch(typed, (now) => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => (text.value = now.trim()), SETTLE_MS)
  })
  const kinds = computed(() => (group.value ? [...GROUPS[group.value]] : undefined))
  const key = computed(() => ['bills', 'all', text.value, group.value])
  const ask = (cursor?: string) =>
    told(api.GET('/api/v1/bills', { params: { query: { text: text.value, kind: kinds.value, cursor, limit: PAGE } } }))
  const { query, items: bills } = usePages(['bills', 'all', text, group], ask, ref(false))

  async function begin(): Promise<void> {
    await nextTick() // the query has the new key
    if (!query.data.value) await query.refetch()
    else await freshen()
  }
  async function freshen(): Promise<void> {
    const asked = key.value
    if (!query.data.value || query.isFetching.value) return
    const newest = await ask().catch(() => null) // without a line it is fresh enough
    if (newest) queries.setQueryData<Bills>(asked, (there) => there && merged(there, newest))
  }
  onMounted(begin)
  watch([text, group], begin)
  useLive(MOVED, (event) => {
    const { state, refunded } = event.data
    if (event.type === 'trade.refunded') {
      queries.setQueriesData<Bills>({ queryKey: ['bills', 'all'] }, (there) => there && restated(there, event.subject, state as BillView['state'], Number(refunded)))
    }
    void freshen()
  })
  watch(lineUp, (up) => up && void freshen()) // what happened while the line was down
  // A stretch without a match is looked past by itself.
  watch([() => query.data.value?.pages.length, query.isFetching], () => {
    const last = query.data.value?.pages.at(-1)
    if (last && !last.items.length && query.hasNextPage.value && !query.isFetching.value && !query.isError.value) void query.fetchNextPage()
  })
  const sheet = computed(() => {
    const asked = new URLSearchParams({ text: text.value })
    for (const kind of kinds.value ?? []) asked.append('kind', kind)
    return `/api/v1/bills.csv?${asked}`
  })
  return { typed, text, group, query, bills, sheet }
}
