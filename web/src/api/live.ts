/**
 * Events as they happen, over server-sent events. A lost line is picked up where it was (`Last-Event-ID`):
 * nothing is missed, nothing is polled. One line a page, shared by all who listen.
 */
import { onScopeDispose, readonly, ref } from 'vue'
import { queries } from './query'

export interface LiveEvent {
  id: string
  type: string
  occurred_at: string
  subject: string
  data: Record<string, unknown>
}

type Listener = (event: LiveEvent) => void

const up = ref(true)
const listeners = new Map<string, Set<Listener>>()
let source: EventSource | null = null
let cursor = ''
let again = 0
const WAIT_MS = 2_000
const WAIT_MS_MAX = 60_000
let wait = WAIT_MS

function hear(message: MessageEvent<string>): void {
  if (message.lastEventId) cursor = message.lastEventId
  const event = JSON.parse(message.data) as LiveEvent
  for (const listener of listeners.get(event.type) ?? []) listener(event)
}

function open(): void {
  const types = [...listeners.keys()]
  if (!types.length) return
  const asked = new URLSearchParams(types.map((type) => ['type', type]))
  if (cursor) asked.set('after', cursor)
  source = new EventSource(`/api/v1/events/stream?${asked}`)
  source.onopen = () => {
    // What happened while the line was down, or between the first reading and the first opening, is read anew.
    if (!up.value) void queries.invalidateQueries()
    else if (!cursor) void queries.invalidateQueries({ predicate: (query) => !query.meta?.lasting })
    up.value = true
    wait = WAIT_MS
  }
  source.onerror = () => {
    up.value = false
    // The browser comes back by itself, unless the server refused (signed out, away): then we do, ever more calmly.
    // Whether somebody is still signed in is asked the first time: an idle page notices too.
    if (source?.readyState !== EventSource.CLOSED) return
    if (wait === WAIT_MS) void queries.invalidateQueries({ queryKey: ['me'] })
    again = window.setTimeout(reopen, wait)
    wait = Math.min(wait * 2, WAIT_MS_MAX)
  }
  for (const type of types) source.addEventListener(type, hear)
}

function reopen(): void {
  window.clearTimeout(again)
  source?.close()
  source = null
  open()
}

/** Whether the live line is up. */
export const lineUp = readonly(up)

/** Listen to events of these types (`trade.paid`) as long as the component stands. */
export function useLive(types: readonly string[], listener: Listener): void {
  const fresh = types.filter((type) => !listeners.has(type))
  for (const type of types) listeners.set(type, (listeners.get(type) ?? new Set()).add(listener))
  if (fresh.length) queueMicrotask(reopen)
  onScopeDispose(() => {
    for (const type of types) {
      const heard = listeners.get(type)
      heard?.delete(listener)
      if (heard?.size === 0) listeners.delete(type)
    }
    if (!listeners.size) {
      window.clearTimeout(again)
      source?.close()
      source = null
    }
  })
}
