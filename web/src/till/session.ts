/** Who is signed in at this till, and where it stands. */
import { computed, ref, shallowRef } from 'vue'
import { api, told } from '@/api/client'
import { type Problem, asProblem } from '@/api/problem'
import { queries } from '@/api/query'
import type { MeView, StoreView } from '@/api/schema'
import { keepsSession, signedIn } from '@/api/session'

const STORE = 'till:store'
const ROLES = ['cashier', 'supervisor', 'owner']

const me = shallowRef<MeView | null>(null)
const known = ref(false)
const problem = shallowRef<Problem | null>(null)
const merchantName = ref('')
const stores = shallowRef<StoreView[]>([])
const chosen = ref(localStorage.getItem(STORE) ?? '')

/** The store where this till stands: the cashier's own, or the one that an owner chose. */
const store = computed(() => stores.value.find((one) => one.id === (me.value?.store ?? chosen.value)) ?? stores.value[0])

export const session = {
  me,
  known,
  problem,
  merchantName,
  stores,
  store,
  inside: computed(() => me.value !== null && ROLES.includes(me.value.role)),
  owner: computed(() => me.value?.role === 'owner'),
  /** Whether a refund asks for a supervisor. */
  needsApproval: computed(() => me.value?.role === 'cashier'),
  seesStatements: computed(() => me.value?.role === 'owner' || me.value?.role === 'supervisor'),
}

/** An owner stands in another of their stores. */
export function standIn(id: string): void {
  chosen.value = id
  localStorage.setItem(STORE, id)
}

/** Ask who is signed in here. */
export async function look(): Promise<void> {
  problem.value = null
  try {
    const found = await told(api.GET('/api/v1/me'))
    if (found.merchant && ROLES.includes(found.role)) await readShop(found.merchant)
    me.value = found
    signedIn()
  } catch (error) {
    const met = asProblem(error)
    if (met.signedOut) me.value = null
    else problem.value = met
  }
  known.value = true
}

async function readShop(merchant: string): Promise<void> {
  const path = { merchant_id: merchant }
  const [shop, list] = await Promise.all([
    told(api.GET('/api/v1/merchants/{merchant_id}', { params: { path } })),
    told(api.GET('/api/v1/merchants/{merchant_id}/stores', { params: { path, query: { limit: 100 } } })),
  ])
  merchantName.value = shop.name
  stores.value = list.items
}

export async function signOut(): Promise<void> {
  await told(api.DELETE('/api/v1/sessions/current')).catch(() => undefined)
  queries.clear()
  me.value = null
}

/** A session that ends in the middle: the sign-in stands over the page, and what was under way goes on. */
export const keepSession = keepsSession
