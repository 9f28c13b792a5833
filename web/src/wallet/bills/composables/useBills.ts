/** The bills that are asked for, part by part; a part may be empty and yet be followed by another. */
import { computed, ref, watch } from 'vue'
import { api, told } from '@/api/client'
import type { BillKind } from '@/api/schema'
import { usePages } from '@/base/pages'

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
  const { query, items: bills } = usePages(['bills', 'all', text, group], (cursor) =>
    told(api.GET('/api/v1/bills', { params: { query: { text: text.value, kind: kinds.value, cursor, limit: PAGE } } })),
  )
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
