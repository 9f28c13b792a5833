/** A short buzz in the hand, where the browser allows one: after somebody has touched the page. */
export function buzz(): void {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(60)
}
