/**
 * The figures as they happen: one line for the page, one update a second, drawn with the next frame. What comes
 * while a frame is due replaces what waits: each reading says how things are, so none needs to be shown.
 */
import { onScopeDispose, readonly, ref, shallowRef } from 'vue'
import type { PointView, ReadingView } from '@/api/schema'

interface Step {
  /** Seconds since 1970. */
  at: number
  paid: number
  refused: number
}

/** Equal steps of time, by column, as a chart reads them without an object a step. */
export interface Steps {
  /** Milliseconds since 1970. */
  at: Float64Array
  paid: Float64Array
  refused: Float64Array
}

const KEPT_S = 600
/** A second is whole this long after it has passed. */
const SETTLED_S = 2

const reading = shallowRef<ReadingView | null>(null)
const seconds = shallowRef<Steps>(steps(0))
const minutes = shallowRef<Steps>(steps(0))
const up = ref(false)
const points = new Map<number, Step>()
let past = new Map<number, Step>()
let source: EventSource | null = null
let waiting: ReadingView | null = null
let frame = 0
let again = 0
let users = 0

const step = (point: PointView): Step => ({
  at: Math.floor(Date.parse(point.at) / 1000),
  paid: point.paid,
  refused: point.refused + point.declined,
})

function steps(size: number): Steps {
  return { at: new Float64Array(size), paid: new Float64Array(size), refused: new Float64Array(size) }
}

/** Every step of the stretch up to `end`, those without a payment too. */
function filled(known: Map<number, Step>, end: number, size: number, seconds: number): Steps {
  const made = steps(size)
  for (let n = 0, at = end - (size - 1) * seconds; n < size; n += 1, at += seconds) {
    const there = known.get(at)
    made.at[n] = at * 1000
    made.paid[n] = there?.paid ?? 0
    made.refused[n] = there?.refused ?? 0
  }
  return made
}

/** The seconds of a minute that has just passed. */
function together(at: number): Step {
  const sum: Step = { at, paid: 0, refused: 0 }
  for (let n = at; n < at + 60; n += 1) {
    sum.paid += points.get(n)?.paid ?? 0
    sum.refused += points.get(n)?.refused ?? 0
  }
  return sum
}

function draw(): void {
  frame = 0
  const told = waiting
  waiting = null
  if (!told) return
  const end = Math.floor(Date.parse(told.now.at) / 1000) - SETTLED_S
  for (const point of told.seconds.map(step)) points.set(point.at, point)
  for (const at of points.keys()) if (at < end - KEPT_S) points.delete(at)
  seconds.value = filled(points, end, KEPT_S, 1)
  const minute = Math.floor(end / 60) * 60 - 60
  if (told.minutes.length) past = new Map(told.minutes.map(step).map((point) => [point.at, point]))
  // The day by the minute is made anew with a new minute, not with every second; the past is told once.
  if (told.minutes.length || minutes.value.at.at(-1) !== minute * 1000) {
    if (!told.minutes.length) past.set(minute, together(minute))
    minutes.value = filled(past, minute, 24 * 60, 60)
  }
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
