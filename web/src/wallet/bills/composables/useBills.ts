/** The bills that are asked for, part by part; a part may be empty and yet be followed by another. */
import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { api, told } from '@/api/client'
import type { BillKind, BillList } from '@/api/schema'

export const GROUPS = {
  payment: ['payment'],
  refund: ['refund', 'reversal'],
  topup: ['topup'],
  withdrawal: ['withdrawal'],
  people: ['personal_payment', 'personal_payment_returned', 'collection'],
  packet: ['red_packet_funded', 'red_packet_grabbed', 'red_packet_returned'],
} as const satisfies Record<string, readonly BillKind[]>
export type Group = keyof typeof GROUPS

const PAGE = 50
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
  const query = useInfiniteQuery({
    queryKey: ['bills', 'all', text, group],
    queryFn: ({ pageParam }) =>
      told(
        api.GET('/api/v1/bills', {
          params: { query: { text: text.value, kind: kinds.value, cursor: pageParam, limit: PAGE } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: BillList) => last.next_cursor ?? undefined,
  })
  const bills = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  // A stretch without a match is looked past by itself.
  watch([() => query.data.value?.pages.length, query.isFetching], () => {
    const last = query.data.value?.pages.at(-1)
    if (last && !last.items.length && query.hasNextPage.value && !query.isFetching.value) void query.fetchNextPage()
  })
  const sheet = computed(() => {
    const asked = new URLSearchParams({ text: text.value })
    for (const kind of kinds.value ?? []) asked.append('kind', kind)
    return `/api/v1/bills.csv?${asked}`
  })
  return { typed, text, group, query, bills, sheet }
}
