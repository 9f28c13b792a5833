/** Who of the house is signed in here. */
import { computed, ref, shallowRef } from 'vue'
import { api, told } from '@/api/client'
import { type Problem, asProblem } from '@/api/problem'
import { queries } from '@/api/query'
import type { MeView } from '@/api/schema'

const me = shallowRef<MeView | null>(null)
const known = ref(false)
const problem = shallowRef<Problem | null>(null)

/** Whether somebody who may see the console is signed in; `known` once that has been asked. */
export const session = {
  me,
  known,
  problem,
  inside: computed(() => me.value?.role === 'operator' || me.value?.role === 'auditor'),
  mayAct: computed(() => me.value?.role === 'operator'),
}

export async function look(): Promise<void> {
  problem.value = null
  try {
    me.value = await told(api.GET('/api/v1/me'))
  } catch (error) {
    const met = asProblem(error)
    me.value = null
    if (!met.signedOut) problem.value = met
  }
  known.value = true
}

export async function signIn(login: string, password: string): Promise<void> {
  await told(api.POST('/api/v1/sessions/house', { body: { login, password, device_name: 'Console' } }))
  await look()
}

export async function signOut(): Promise<void> {
  await told(api.DELETE('/api/v1/sessions/current')).catch(() => undefined)
  queries.clear()
  me.value = null
}

// Whatever was asked: signed out elsewhere, or the session is over.
queries.getQueryCache().subscribe((event) => {
  const error = event.query.state.error
  if (event.type === 'updated' && error && asProblem(error).signedOut) me.value = null
})
