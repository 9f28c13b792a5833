/** A page of this wallet as a link that can be sent on, and the means to send it. */
export const linkOf = (path: string): string => `${window.location.origin}${path}`

export const canShare = (): boolean => typeof navigator.share === 'function'

/** Hand a link to the device's share sheet; leaving it is no fault. */
export async function share(title: string, path: string): Promise<void> {
  await navigator.share({ title, url: linkOf(path) }).catch(() => undefined)
}
