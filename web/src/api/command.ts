/**
 * A command that moves money: its id is made before the first try, and is kept across retries, double taps
 * and reloads, so that one intention is at most one payment.
 *
 * While the outcome is unknown (line lost, service away) the state is `asking`: the same command goes out
 * again until it is answered. After a reload `kept` tells what was asked; `resume()` finds out what became of it.
 */
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { api, told } from './client'
import { Problem, asProblem } from './problem'
import { again } from './session'

export type CommandState = 'idle' | 'sending' | 'asking' | 'done' | 'refused'

interface Kept<Asked> {
  key: string
  /** What was asked, without `pin`: a secret is never kept. */
  asked: Asked
}

const RETRY_S = [0.5, 1, 2, 4]
const RETRY_S_MAX = 8

/** How long to wait before it is asked again. */
const waits = (met: Problem, tries: number): number => met.retryAfterS ?? RETRY_S[tries] ?? RETRY_S_MAX

/** An id for one intention. */
export const commandKey = (): string => crypto.randomUUID?.() ?? randomKey()

// Outside a secure context (a phone on plain http) randomUUID is missing; getRandomValues is not.
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
}

function withoutPin<Asked extends object>(asked: Asked): Asked {
  const kept = { ...asked } as Asked & { pin?: unknown }
  delete kept.pin
  return kept
}

/**
 * @param name what is kept under it: one unfinished command a name (`pay:COUNTER`, `refund:TRADE`)
 * @param send asks the API once, with the key as `Idempotency-Key`
 */
export function useCommand<Asked extends object, Told>(
  name: string,
  send: (asked: Asked, key: string) => Promise<Told>,
) {
  const slot = `command:${name}`
  const state = ref<CommandState>('idle')
  const result = shallowRef<Told | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const kept = shallowRef<Kept<Asked> | null>(read(slot))
  const untouched = ref(false)
  const busy = computed(() => state.value === 'sending' || state.value === 'asking')
  let gone = false
  let timer = 0
  onScopeDispose(() => {
    gone = true
    window.clearTimeout(timer)
  })

  /** Ask for it once. While one is under way a second tap does nothing. */
  async function run(asked: Asked): Promise<void> {
    if (busy.value) return
    // The same thing asked again after a reload is the same command; something else is a new one.
    const same = kept.value !== null && JSON.stringify(kept.value.asked) === JSON.stringify(withoutPin(asked))
    const key = same && kept.value ? kept.value.key : commandKey()
    keep({ key, asked: withoutPin(asked) })
    state.value = 'sending'
    problem.value = null
    untouched.value = false
    await attempt(asked, key, 0, same)
  }

  /** `out`: it had gone out before, and may have been done. */
  async function attempt(asked: Asked, key: string, tries: number, out: boolean): Promise<void> {
    try {
      result.value = await send(asked, key)
      settle('done')
    } catch (error) {
      const met = asProblem(error)
      problem.value = met
      if (met.signedOut && !gone && (await waitsForSignIn())) {
        await attempt(asked, key, tries, out)
      } else if (!met.unknown && !(met.atDoor && out)) {
        settle('refused') // The refusal stands under this key: another try is another command.
      } else if (!gone) {
        state.value = 'asking'
        await pause(waits(met, tries))
        await attempt(asked, key, tries + 1, true)
      }
    }
  }

  /**
   * After a reload: what became of the command that was under way. `nothing`: it has not arrived, nothing was
   * paid, and `untouched` says so until it is asked again (asked again with the same content it is the same command, so it cannot be paid twice); `done` with
   * the stored answer; `refused`. Undefined where no command was under way.
   */
  async function resume(): Promise<'nothing' | 'done' | 'refused' | undefined> {
    const waiting = kept.value
    if (!waiting || busy.value) return undefined
    state.value = 'asking'
    // What was sent a moment ago may still be on its way: only the third look is believed.
    for (let tries = 0, missed = 0; !gone; tries += 1) {
      try {
        const receipt = await told(api.GET('/api/v1/receipts/{key}', { params: { path: { key: waiting.key } } }))
        result.value = receipt.result as Told
        return settle('done')
      } catch (error) {
        const met = asProblem(error)
        if (met.code === 'command_unknown') {
          missed += 1
          if (missed === 3) {
            state.value = 'idle'
            untouched.value = true
            return 'nothing'
          }
        } else if (met.signedOut && (await waitsForSignIn())) {
          continue
        } else if (!met.unknown && !met.atDoor) {
          problem.value = met
          return settle('refused')
        }
        await pause(waits(met, tries))
      }
    }
    return undefined
  }

  function settle<End extends 'done' | 'refused'>(end: End): End {
    keep(null)
    state.value = end
    return end
  }

  /** The session ended in the middle: the same command goes on once somebody is signed in again. */
  async function waitsForSignIn(): Promise<boolean> {
    state.value = 'asking'
    return (await again()) && !gone
  }

  const pause = (seconds: number): Promise<void> =>
    new Promise((after) => (timer = window.setTimeout(after, seconds * 1000)))

  /** Back to the start, for something new. */
  function reset(): void {
    state.value = 'idle'
    result.value = null
    problem.value = null
    untouched.value = false
  }

  function keep(what: Kept<Asked> | null): void {
    kept.value = what
    if (what) sessionStorage.setItem(slot, JSON.stringify(what))
    else sessionStorage.removeItem(slot)
  }

  return { state, busy, result, problem, untouched, kept, run, resume, reset }
}

/** How a command stands, for the components that say it. */
export type Standing = Pick<ReturnType<typeof useCommand<object, unknown>>, 'state' | 'busy' | 'problem' | 'untouched'>

function read<Asked>(slot: string): Kept<Asked> | null {
  try {
    return JSON.parse(sessionStorage.getItem(slot) ?? 'null') as Kept<Asked> | null
  } catch {
    return null
  }
}
