/**
 * The figures as they happen: one line for the page, one update a second, drawn with the next frame. What comes
 * while a frame is due replaces what waits: each reading says how things are, so none needs to be shown.
 */
import { onScopeDispose, readonly, ref, shallowRef } from 'vue'
import type { PointView, ReadingView } from '@/api/schema'

export interface Second {
  /** Seconds since 1970. */
  at: number
  paid: number
  refused: number
}

const KEPT_S = 600
/** A second is whole this long after it has passed. */
const SETTLED_S = 2

const reading = shallowRef<ReadingView | null>(null)
const seconds = shallowRef<Second[]>([])
const minutes = shallowRef<Second[]>([])
const up = ref(false)
const points = new Map<number, Second>()
let past = new Map<number, Second>()
let source: EventSource | null = null
let waiting: ReadingView | null = null
let frame = 0
let again = 0
let users = 0

const second = (point: PointView): Second => ({
  at: Math.floor(Date.parse(point.at) / 1000),
  paid: point.paid,
  refused: point.refused + point.declined,
})

/** Every step of the stretch up to `end`, those without a payment too. */
function filled(known: Map<number, Second>, end: number, size: number, step: number): Second[] {
  const first = end - (size - 1) * step
  return Array.from({ length: size }, (_, n) => known.get(first + n * step) ?? { at: first + n * step, paid: 0, refused: 0 })
}

function draw(): void {
  frame = 0
  const told = waiting
  waiting = null
  if (!told) return
  const end = Math.floor(Date.parse(told.now.at) / 1000) - SETTLED_S
  for (const point of told.seconds.map(second)) points.set(point.at, point)
  for (const at of points.keys()) if (at < end - KEPT_S) points.delete(at)
  if (told.minutes.length) past = new Map(told.minutes.map(second).map((point) => [point.at, point]))
  seconds.value = filled(points, end, KEPT_S, 1)
  minutes.value = filled(past, Math.floor(end / 60) * 60 - 60, 24 * 60, 60)
  reading.value = told
}

function hear(message: MessageEvent<string>): void {
  const told = JSON.parse(message.data) as ReadingView
  // The past comes once: a later reading must not take its place before it is drawn.
  waiting = waiting && waiting.minutes.length > told.minutes.length
    ? { ...told, minutes: waiting.minutes, seconds: [...waiting.seconds, ...told.seconds] }
    : told
  up.value = true
  frame ||= requestAnimationFrame(draw)
}

function open(): void {
  source = new EventSource('/api/v1/figures/live')
  source.addEventListener('first', hear)
  source.addEventListener('tick', hear)
  source.onerror = () => {
    up.value = false
    if (source?.readyState === EventSource.CLOSED) again = window.setTimeout(open, 2000)
  }
}

function close(): void {
  window.clearTimeout(again)
  cancelAnimationFrame(frame)
  frame = 0
  source?.close()
  source = null
  up.value = false
}

/** The figures, for as long as the component stands. */
export function useFigures() {
  users += 1
  if (users === 1) open()
  onScopeDispose(() => {
    users -= 1
    if (users === 0) close()
  })
  return { reading, seconds, minutes, up: readonly(up) }
}
