/** Server state goes through one query library; commands are never retried by it (see command.ts). */
import { QueryClient } from '@tanstack/vue-query'
import { Problem } from './problem'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => error instanceof Problem && error.unknown && failures < 3,
    },
    mutations: { retry: false },
  },
})
