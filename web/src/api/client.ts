/** The one client of the API, typed by its OpenAPI. The session is a cookie that no script can read. */
import createClient from 'openapi-fetch'
import { Problem, offline } from './problem'
import type { paths } from './schema'

export const api = createClient<paths>({ baseUrl: window.location.origin })

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** What the API told. Throws a `Problem`: the API's own, or `offline` when no answer came. */
export async function told<T>(asking: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await asking
  } catch {
    throw offline()
  }
  if (answer.response.ok) return answer.data as T
  throw Problem.of(answer.error, answer.response)
}
