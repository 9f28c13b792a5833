/** This device, as the list of sessions shows it; known again at the next sign-in. */
const SLOT = 'device'

function kind(): string {
  const agent = navigator.userAgent
  const machine = /iPhone|iPad|Android|Macintosh|Windows|Linux/.exec(agent)?.[0] ?? 'Device'
  const browser = /Edg|Firefox|Chrome|Safari/.exec(agent)?.[0] ?? ''
  return browser ? `${machine} · ${browser.replace('Edg', 'Edge')}` : machine
}

export function thisDevice(): { device_name: string; device?: string } {
  const known = localStorage.getItem(SLOT)
  return { device_name: kind(), ...(known ? { device: known } : {}) }
}

export const keepDevice = (id: string): void => localStorage.setItem(SLOT, id)
