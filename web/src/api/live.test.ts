import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

/** The browser's EventSource, opened and closed by hand. */
class Line extends EventTarget {
  static readonly CLOSED = 2
  static lines: Line[] = []
  readyState = 0
  onopen = (): void => undefined
  onerror = (): void => undefined
  constructor(readonly url: string) {
    super()
    Line.lines.push(this)
  }
  close(): void {
    this.readyState = Line.CLOSED
  }
  tell(type: string, lastEventId: string): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify({ type }), lastEventId }))
  }
}

const last = (): Line => {
  const line = Line.lines.at(-1)
  if (!line) throw new Error('no line was opened')
  return line
}

beforeEach(() => {
  Line.lines = []
  vi.resetModules()
  vi.stubGlobal('EventSource', Line)
})
afterEach(() => vi.unstubAllGlobals())

/** A fresh page that listens, and how often it has read everything anew. */
async function page() {
  const { useLive } = await import('./live')
  const { queries } = await import('./query')
  const anew = vi.spyOn(queries, 'invalidateQueries')
  const heard = vi.fn()
  effectScope().run(() => useLive(['trade.paid'], heard))
  await Promise.resolve()
  return { anew, heard }
}

describe('the live line', () => {
  it('reads anew when it first opens: a payment may have come between the first reading and that', async () => {
    const { anew } = await page()
    last().onopen()
    expect(anew).toHaveBeenCalledTimes(1)
  })

  it('does not read again who is in and which brands there are: they were read a moment ago', async () => {
    await page()
    const { LASTING, queries } = await import('./query')
    await queries.prefetchQuery({ queryKey: ['me'], queryFn: () => 'me', meta: LASTING })
    await queries.prefetchQuery({ queryKey: ['account'], queryFn: () => 12 })
    last().onopen()
    const anew = (key: string) => queries.getQueryState([key])?.isInvalidated
    expect([anew('me'), anew('account')]).toEqual([false, true])
    last().onerror()
    last().onopen()
    expect(anew('me')).toBe(true)
  })

  it('goes on from the last event it heard, and misses nothing while it was down', async () => {
    const { anew, heard } = await page()
    last().onopen()
    last().tell('trade.paid', '7-1')
    expect(heard).toHaveBeenCalledTimes(1)
    last().onerror()
    last().onopen()
    expect(anew).toHaveBeenCalledTimes(2)
  })
})
