/** After a reload the API is asked what became of a command: over a line, by a server that answers as it does. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { useCommand } from './command'

type Answer = [status: number, body: Record<string, unknown>, headers?: Record<string, string>]

/** The client asks the origin of its page: the page is the server's before the client is made. */
const { server, answers } = await vi.hoisted(async () => {
  const { createServer } = await import('node:http')
  const answers: Answer[] = []
  const server: Server = createServer((_: IncomingMessage, response: ServerResponse) => {
    const [status, body, headers] = answers.shift() ?? [500, {}]
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
  })
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up))
  const page = (globalThis as unknown as { jsdom: { reconfigure(to: { url: string }): void } }).jsdom
  page.reconfigure({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })
  return { server, answers }
})
afterAll(() => server.close())

const KEPT = JSON.stringify({ key: 'one-intention', asked: { amount: 100 } })
const SLOT = 'command:pay:test'
beforeEach(() => sessionStorage.setItem(SLOT, KEPT))

function reloaded() {
  const command = effectScope().run(() => useCommand<{ amount: number }, { id: string }>('pay:test', () => Promise.reject(new Error('not sent'))))
  if (!command) throw new Error('no scope')
  return command
}

it('was done: its stored answer', async () => {
  answers.push([200, { key: 'one-intention', done_at: '2026-11-25T00:00:00Z', result: { id: 'trade' } }])
  const command = reloaded()
  expect(await command.resume()).toBe('done')
  expect(command.result.value).toEqual({ id: 'trade' })
  expect(sessionStorage.getItem(SLOT)).toBeNull()
})

it('was refused: the refusal, and its key is over', async () => {
  answers.push([422, { code: 'not_enough' }])
  const command = reloaded()
  expect(await command.resume()).toBe('refused')
  expect(command.problem.value?.code).toBe('not_enough')
  expect(sessionStorage.getItem(SLOT)).toBeNull()
})

it('too many requests say nothing of it: it is asked again, and its key stays', async () => {
  answers.push([429, { code: 'rate_limited' }, { 'Retry-After': '1' }])
  answers.push([200, { key: 'one-intention', done_at: '2026-11-25T00:00:00Z', result: { id: 'trade' } }])
  const command = reloaded()
  const end = command.resume()
  await vi.waitFor(() => expect(answers).toHaveLength(1))
  expect(sessionStorage.getItem(SLOT)).toBe(KEPT)
  expect(await end).toBe('done')
})
