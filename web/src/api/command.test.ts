import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { useCommand } from './command'
import { Problem, offline } from './problem'

interface Asked {
  amount: number
  pin?: string
}

/** A command in a page of its own, sent by `send`. */
function opened(send: (asked: Asked, key: string) => Promise<string>) {
  const page = effectScope()
  const command = page.run(() => useCommand<Asked, string>('pay:test', send))
  if (!command) throw new Error('no scope')
  return { command, leave: () => page.stop() }
}

const kept = (): string | null => sessionStorage.getItem('command:pay:test')

beforeEach(() => {
  sessionStorage.clear()
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

describe('a command that moves money', () => {
  it('goes out once however often it is tapped', async () => {
    const keys: string[] = []
    let answer: (told: string) => void = () => undefined
    const { command } = opened((_, key) => (keys.push(key), new Promise((done) => (answer = done))))
    void command.run({ amount: 100 })
    void command.run({ amount: 100 })
    answer('paid')
    await vi.runAllTimersAsync()
    expect(keys).toHaveLength(1)
    expect(command.state.value).toBe('done')
    expect(kept()).toBeNull()
  })

  it('asks again under the same key while nobody knows the outcome', async () => {
    const keys: string[] = []
    const { command } = opened((_, key) => {
      keys.push(key)
      return keys.length < 3 ? Promise.reject(offline()) : Promise.resolve('paid')
    })
    void command.run({ amount: 100 })
    await vi.advanceTimersByTimeAsync(0)
    expect(command.state.value).toBe('asking')
    await vi.runAllTimersAsync()
    expect(command.state.value).toBe('done')
    expect(new Set(keys).size).toBe(1)
    expect(keys).toHaveLength(3)
  })

  it('is another command after a refusal', async () => {
    const keys: string[] = []
    const { command } = opened((_, key) => (keys.push(key), Promise.reject(new Problem('pin_wrong', 403))))
    await command.run({ amount: 100, pin: '111111' })
    expect(command.state.value).toBe('refused')
    await command.run({ amount: 100, pin: '222222' })
    expect(new Set(keys).size).toBe(2)
  })

  it.each([
    ['too many requests', new Problem('rate_limited', 429)],
    ['a session that is over', new Problem('credential_unknown', 401)],
  ])('is still the same command when %s is met while its outcome is unknown', async (_, door) => {
    const keys: string[] = []
    const answers = [offline(), door]
    const { command } = opened((_, key) => {
      keys.push(key)
      const met = answers[keys.length - 1]
      return met ? Promise.reject(met) : Promise.resolve('paid')
    })
    void command.run({ amount: 100 })
    await vi.runAllTimersAsync()
    expect(command.state.value).toBe('done')
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
  })

  it('keeps its key over a reload, and never the PIN', async () => {
    const keys: string[] = []
    const never = (_: Asked, key: string): Promise<string> => (keys.push(key), new Promise(() => undefined))
    const first = opened(never)
    void first.command.run({ amount: 100, pin: '135790' })
    await vi.advanceTimersByTimeAsync(0)
    expect(kept()).not.toContain('135790')
    first.leave()

    const again = opened((_, key) => (keys.push(key), Promise.resolve('paid')))
    expect(again.command.kept.value?.asked).toEqual({ amount: 100 })
    await again.command.run({ amount: 100, pin: '135790' })
    expect(new Set(keys).size).toBe(1)
    expect(again.command.state.value).toBe('done')
  })

  it('is another command when something else is asked after a reload', async () => {
    const keys: string[] = []
    const first = opened((_, key) => (keys.push(key), new Promise(() => undefined)))
    void first.command.run({ amount: 100 })
    first.leave()
    const again = opened((_, key) => (keys.push(key), Promise.resolve('paid')))
    await again.command.run({ amount: 200 })
    expect(new Set(keys).size).toBe(2)
  })
})
