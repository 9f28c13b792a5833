/** The screen stays on while a code is shown, where the browser allows it. */
import { onBeforeUnmount, onMounted } from 'vue'

export function useBright(): void {
  let lock: WakeLockSentinel | null = null
  async function hold(): Promise<void> {
    if (document.hidden) return
    lock = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null
  }
  onMounted(() => {
    void hold()
    document.addEventListener('visibilitychange', hold)
  })
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', hold)
    void lock?.release()
  })
}
