/** The very records behind a number, page by page. */
import { computed, type Ref } from 'vue'
import { api, told } from '@/api/client'
import type { Category, WhyView } from '@/api/schema'
import { usePages } from '@/base/pages'

export interface Asked {
  why: WhyView
  /** What the number says, as it is shown; without one the words stand for themselves. */
  amount?: string
}

/** What the address of a why asks for. */
export function readWhy(why: WhyView) {
  const given = new URL(why.href, window.location.origin).searchParams
  const day = given.get('day_of_month_max')
  return {
    since: given.get('since') ?? '',
    until: given.get('until') ?? '',
    category: (given.get('category') ?? undefined) as Category | undefined,
    day_of_month_max: day === null ? undefined : Number(day),
  }
}

export function useWhy(asked: Ref<Asked | null>) {
  const href = computed(() => asked.value?.why.href ?? '')
  const { query, items: records } = usePages(
    ['picture', 'month', 'why', href],
    (cursor) => {
      const why = asked.value?.why ?? { href: '', rule: 'sum', records: 0 }
      return told(api.GET('/api/v1/insight/me/records', { params: { query: { ...readWhy(why), cursor, limit: 50 } } }))
    },
    computed(() => asked.value !== null),
  )
  return { query, records }
}
