/**
 * The scanner's line, always open: a scanner types like a very fast hand and ends with Enter, wherever the focus
 * is. What it typed is taken out of the field again, and told as one text.
 *
 * Keys that come when no field has the focus are the amount's.
 */
import { onBeforeUnmount, onMounted } from 'vue'

/** No hand types a dozen keys as close together as this. */
const GAP_MS = 100
const LENGTH_MIN = 12
const ENDS = new Set(['Enter', 'Tab'])

type Field = HTMLInputElement | HTMLTextAreaElement

interface Burst {
  text: string
  last: number
  field: Field | null
  before: string
}

const fieldOf = (target: EventTarget | null): Field | null =>
  target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !['radio', 'checkbox', 'button'].includes(target.type))
    ? target
    : null

/**
 * @param scanned hears each text that was scanned
 * @param stray hears a key that no field has taken; it may give the focus to a field, which then gets the key
 */
export function useWedge(scanned: (text: string) => void, stray: (key: string, event: KeyboardEvent) => void): void {
  let burst: Burst | null = null

  function hear(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const now = event.timeStamp
    if (ENDS.has(event.key)) {
      const ended = burst
      burst = null
      if (ended && ended.text.length >= LENGTH_MIN && now - ended.last <= GAP_MS) {
        event.preventDefault()
        event.stopPropagation()
        restore(ended)
        scanned(ended.text)
      } else if (!fieldOf(event.target)) stray(event.key, event)
      return
    }
    if (event.key.length !== 1) {
      if (!fieldOf(event.target)) stray(event.key, event)
      return
    }
    const field = fieldOf(event.target)
    if (!field) stray(event.key, event)
    const into = field ?? fieldOf(document.activeElement)
    if (burst && now - burst.last <= GAP_MS) burst = { ...burst, text: burst.text + event.key, last: now }
    else burst = { text: event.key, last: now, field: into, before: into?.value ?? '' }
  }

  function restore({ field, before }: Burst): void {
    if (!field) return
    field.value = before
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }

  onMounted(() => window.addEventListener('keydown', hear, { capture: true }))
  onBeforeUnmount(() => window.removeEventListener('keydown', hear, { capture: true }))
}
