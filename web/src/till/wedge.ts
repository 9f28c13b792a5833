/**
 * The scanner's line, always open: a scanner types its text and ends with Enter, wherever the focus is. The text is
 * known by what it says, not by how fast it came (an old PC is slow): it is taken out of the field again, and what a
 * hand had typed right before it stays.
 *
 * Keys that come when no field has the focus are the amount's.
 */
import { onBeforeUnmount, onMounted } from 'vue'

/** A pause as long as this ends what was being typed. */
const PAUSE_MS = 1000
/** No amount is as long as this. */
const LENGTH_MIN = 12
const ENDS = new Set(['Enter', 'Tab'])
const CODES = [/^(.*?)([1-9]\d{17})$/, /^(.*?)(000201.{20,})$/s, /^(.*?)((?:https?|[a-z]{2,10}):\/\/.+)$/is]

type Field = HTMLInputElement | HTMLTextAreaElement

interface Burst {
  text: string
  last: number
  field: Field | null
  before: string
}

/** What a hand typed before, and the code that was scanned; null where there is none. `amount`: of the amount's field. */
export function split(text: string, amount: boolean): { before: string; code: string } | null {
  for (const form of CODES) {
    const [, before = '', code = ''] = form.exec(text) ?? []
    if (code) return { before, code }
  }
  return amount && text.length >= LENGTH_MIN ? { before: '', code: text } : null
}

const fieldOf = (target: EventTarget | null): Field | null =>
  target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !['radio', 'checkbox', 'button'].includes(target.type))
    ? target
    : null
const amountField = (): Field | null => document.querySelector<HTMLInputElement>('input[data-amount]')

/**
 * @param scanned hears each text that was scanned
 * @param stray hears a key that no field has taken; it may give the focus to a field, which then gets the key
 */
export function useWedge(scanned: (text: string) => void, stray: (key: string, event: KeyboardEvent) => void): void {
  let burst: Burst | null = null

  function hear(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key === 'Shift') return
    const field = fieldOf(event.target)
    if (ENDS.has(event.key) && ended(event)) return
    if (!field) stray(event.key, event)
    if (event.key.length !== 1) {
      burst = null
      return
    }
    const into = field ?? fieldOf(document.activeElement)
    const goesOn = burst && event.timeStamp - burst.last <= PAUSE_MS
    burst = goesOn && burst
      ? { ...burst, text: burst.text + event.key, last: event.timeStamp }
      : { text: event.key, last: event.timeStamp, field: into, before: into?.value ?? '' }
  }

  /** Whether what was typed is a scan, which is then told. */
  function ended(event: KeyboardEvent): boolean {
    const over = burst
    burst = null
    if (!over || event.timeStamp - over.last > PAUSE_MS) return false
    const field = over.field?.isConnected ? over.field : amountField()
    const found = split(over.text, field === null || field === amountField())
    if (!found) return false
    event.preventDefault()
    event.stopPropagation()
    if (field) {
      field.value = over.before + found.before
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }
    scanned(found.code)
    return true
  }

  onMounted(() => window.addEventListener('keydown', hear, { capture: true }))
  onBeforeUnmount(() => window.removeEventListener('keydown', hear, { capture: true }))
}
