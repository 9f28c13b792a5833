/** Do something that needs a recent sign-in: where the API asks for one, a sheet asks for it, and it goes on. */
import { ref, shallowRef } from 'vue'
import { asProblem } from '@/api/problem'

export function useFresh() {
  const asking = ref(false)
  const busy = ref(false)
  const problem = shallowRef<unknown>(null)
  let deed: (() => Promise<void>) | null = null

  async function go(): Promise<void> {
    if (!deed || busy.value) return
    busy.value = true
    problem.value = null
    try {
      await deed()
    } catch (error) {
      if (asProblem(error).code === 'sign_in_not_fresh') asking.value = true
      else problem.value = error
    } finally {
      busy.value = false
    }
  }
  function ask(what: () => Promise<void>): Promise<void> {
    deed = what
    return go()
  }
  return { asking, busy, problem, ask, go }
}
