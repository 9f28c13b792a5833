/**
 * A top-up or a withdrawal. While the bank has not said what it did the API answers `outcome_unknown`; the same
 * command is asked again until it has, here or after a reload.
 */
import { ref, watch } from 'vue'
import { useCommand } from '@/api/command'
import type { ErrandView } from '@/api/schema'

export function useErrand<Asked extends object>(name: string, send: (asked: Asked, key: string) => Promise<ErrandView>) {
  const command = useCommand<Asked, ErrandView>(name, send)
  const done = ref<ErrandView | null>(null)
  watch(command.state, (now) => {
    if (now === 'done' && command.result.value) done.value = command.result.value
  })
  void command.resume()

  function again(): void {
    done.value = null
    command.reset()
  }
  return { command, done, again }
}
