/** A short buzz under the thumb that tapped; after a reload nobody has tapped, and browsers refuse it. */
export function felt(): void {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(60)
}
