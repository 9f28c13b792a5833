/** Files that were dropped or chosen, read in this browser: the reader is loaded with the first of them. */
import { computed, ref, shallowRef } from 'vue'
import type { Unreadable } from '../read/bill'
import type { Picture, Reading } from '../read/read'

export function useOtherBills() {
  const reading = shallowRef<Reading | null>(null)
  const picture = shallowRef<Picture | null>(null)
  const fault = shallowRef<Unreadable | null>(null)
  const busy = ref(false)
  /** The name of a locked file that waits for its password. */
  const locked = ref('')
  let answer: (password: string) => void = () => undefined

  function ask(name: string): Promise<string> {
    locked.value = name
    return new Promise((resolve) => {
      answer = resolve
    })
  }

  function unlock(password: string): void {
    locked.value = ''
    answer(password)
  }

  async function take(files: Iterable<File>): Promise<void> {
    const chosen = [...files]
    if (!chosen.length || busy.value) return
    busy.value = true
    fault.value = reading.value = picture.value = null
    const [reader, { Unreadable }, { weighed }] = await Promise.all([import('../read/read'), import('../read/bill'), import('../read/archive')])
    try {
      for (const one of chosen) weighed(one.name, one.size)
      const data = await Promise.all(chosen.map(async (one) => ({ name: one.name, data: new Uint8Array(await one.arrayBuffer()) })))
      reading.value = await reader.read(data, ask)
      picture.value = reader.picture(reading.value.bills)
    } catch (error) {
      fault.value = error instanceof Unreadable ? error : new Unreadable('bills_broken', chosen[0]?.name ?? '')
    } finally {
      busy.value = false
      locked.value = ''
    }
  }

  const rows = computed(() => reading.value?.statements.reduce((sum, one) => sum + one.rows, 0) ?? 0)
  const foot = computed(() => reading.value?.statements.reduce((sum, one) => sum + one.foot, 0) ?? 0)
  return { reading, picture, fault, busy, locked, unlock, take, rows, foot }
}
