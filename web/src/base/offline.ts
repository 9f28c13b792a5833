/** The shell works without a network: a service worker keeps the pages' files, never an answer of the API. */
import { readonly, ref } from 'vue'

const online = ref(navigator.onLine)
window.addEventListener('online', () => (online.value = true))
window.addEventListener('offline', () => (online.value = false))

/** Whether the device says that it has a network. */
export const isOnline = readonly(online)

export function keepOffline(): void {
  if (import.meta.env.PROD && 'serviceWorker' in navigator) {
    void navigator.serviceWorker.register('/sw.js').catch(() => undefined)
  }
}
