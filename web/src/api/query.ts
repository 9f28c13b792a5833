/** Server state goes through one query library; commands are never retried by it (see command.ts). */
import { QueryCache, QueryClient } from '@tanstack/vue-query'
import { Problem } from './problem'
import { sessionEnded } from './session'

/** Of what no moment changes: it is not read again when the live line first opens. */
export const LASTING = { lasting: true } as const

export const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof Problem && error.signedOut) sessionEnded()
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => error instanceof Problem && error.unknown && failures < 3,
    },
    mutations: { retry: false },
  },
})
