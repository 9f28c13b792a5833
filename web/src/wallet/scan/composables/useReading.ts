/** What was scanned or typed, understood by the network, and where it leads. */
import { ref, shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { api, told } from '@/api/client'
import { Problem } from '@/api/problem'
import type { ReadView } from '@/api/schema'
import { narrow } from '@/base/narrow'

/** Full-width digits and letters as plain ones; digits that were grouped with blanks together. */
export function plain(text: string): string {
  const typed = narrow(text.trim())
  return /^[\d\s-]+$/.test(typed) ? typed.replace(/[\s-]/g, '') : typed
}

export function useReading() {
  const router = useRouter()
  const busy = ref(false)
  const problem = shallowRef<unknown>(null)
  const isPayerCode = ref(false)

  async function lead(read: ReadView): Promise<void> {
    const query: Record<string, string> = {}
    if (read.amount !== null && read.amount !== undefined) query.amount = String(read.amount)
    if (read.kind === 'counter' && read.code) await router.replace({ path: '/pay', query: { code: read.code, ...query } })
    else if (read.kind === 'trade' && read.trade) await router.replace({ path: '/pay', query: { trade: read.trade } })
    else if (read.kind === 'payee' && read.identifier) await router.replace({ path: '/send', query: { to: read.identifier } })
    else isPayerCode.value = true
  }

  async function read(text: string): Promise<void> {
    if (busy.value || !text.trim()) return
    busy.value = true
    problem.value = null
    isPayerCode.value = false
    try {
      await lead(await told(api.POST('/api/v1/codes/read', { body: { text: plain(text).slice(0, 512) } })))
    } catch (error) {
      problem.value = error instanceof Problem ? error : new Problem('qr_unknown', 400)
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, isPayerCode, read }
}
