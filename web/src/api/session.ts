/**
 * A session that ends in the middle of something. An app that can sign in on the spot says so (`keepsSession`);
 * then whatever met the end waits until somebody is signed in again, and goes on where it was.
 */
import { readonly, ref } from 'vue'

const over = ref(false)
let kept = false
let waiting: (() => void)[] = []

/** Whether a session ended while the page was in use. */
export const sessionOver = readonly(over)

/** The app shows a sign-in over the page when a session ends. Called once, by its shell. */
export function keepsSession(): void {
  kept = true
}

/** The API has said that nobody is signed in. */
export function sessionEnded(): void {
  over.value = true
}

/** Somebody is signed in (again): go on. */
export function signedIn(): void {
  over.value = false
  const going = waiting
  waiting = []
  for (const go of going) go()
}

/** Wait until somebody is signed in again. False at once where the app has no way to. */
export async function again(): Promise<boolean> {
  if (!kept) return false
  over.value = true
  await new Promise<void>((go) => waiting.push(go))
  return true
}
