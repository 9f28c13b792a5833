/** Who is signed in on this page. */
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api, told } from '@/api/client'
import { LASTING, queries } from '@/api/query'
import type { MeView } from '@/api/schema'
import { signedIn } from '@/api/session'

export const ME = ['me'] as const

export function useMe() {
  const query = useQuery({ queryKey: ME, queryFn: () => told(api.GET('/api/v1/me')), staleTime: 60_000, meta: LASTING })
  const isPerson = computed(() => query.data.value?.role === 'person')
  const isOwner = computed(() => query.data.value?.role === 'owner')
  return { query, me: query.data, isPerson, isOwner }
}

/** After a sign-in: what was read stays for the same person, and goes for another. */
export async function nowSignedIn(): Promise<MeView> {
  const before = queries.getQueryData<MeView>(ME)
  const now = await told(api.GET('/api/v1/me'))
  if (before && before.id !== now.id) queries.clear()
  queries.setQueryData(ME, now)
  signedIn()
  void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== ME[0] })
  return now
}

/** Nobody is signed in here any more: nothing that was read stays. */
export function nobodyIn(): void {
  queries.clear()
  sessionStorage.clear()
}
