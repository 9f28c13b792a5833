/** Copying a text, and that it was copied, said for a moment. */
import { ref } from 'vue'

const SAID_MS = 2000

export function useCopied() {
  const copied = ref(false)
  async function copy(text: string): Promise<void> {
    await navigator.clipboard?.writeText(text).catch(() => undefined)
    copied.value = true
    window.setTimeout(() => (copied.value = false), SAID_MS)
  }
  return { copied, copy }
}
