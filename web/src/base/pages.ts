/** A list that comes page by page, as far as it was asked for. */
import { type QueryKey, useInfiniteQuery } from '@tanstack/vue-query'
import { type Ref, computed } from 'vue'

interface Page {
  items: unknown[]
  next_cursor?: string | null
}

/** `ask` reads the page at a cursor, the first without one. */
export function usePages<P extends Page>(queryKey: QueryKey, ask: (cursor: string | undefined) => Promise<P>, enabled?: Ref<boolean>) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => ask(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: P) => last.next_cursor ?? undefined,
    enabled,
    shallow: true, // thousands of rows are not watched field by field
  })
  const items = computed(() => query.data.value?.pages.flatMap((page) => page.items as P['items'][number][]) ?? [])
  return { query, items }
}
