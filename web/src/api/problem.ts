/** An error as a person meets it: RFC 9457 from the API, or `offline` when no answer came. */

interface Told {
  code?: string
  detail?: string
  field?: string | null
  expected?: string | null
  request_id?: string
  ask?: string | null
}

export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail = '',
    readonly field: string | null = null,
    readonly expected: string | null = null,
    readonly requestId = '',
    readonly ask: string | null = null,
    readonly retryAfterS: number | null = null,
  ) {
    super(`${code}: ${detail}`)
  }

  static of(body: unknown, response: Response): Problem {
    const told: Told = typeof body === 'object' && body !== null ? body : {}
    const after = Number(response.headers.get('Retry-After'))
    return new Problem(
      told.code ?? (response.status >= 500 ? 'unavailable' : 'request_refused'),
      response.status,
      told.detail ?? '',
      told.field ?? null,
      told.expected ?? null,
      told.request_id ?? '',
      told.ask ?? null,
      after > 0 ? after : null,
    )
  }

  /** Whether nobody can say yet what became of the command: the same command may be sent again. */
  get unknown(): boolean {
    return this.status === 0 || this.status >= 500
  }

  get signedOut(): boolean {
    return this.status === 401
  }

  /** Told at the door, before the command was looked at: it says nothing of one that had gone out before. */
  get atDoor(): boolean {
    return this.signedOut || this.code === 'rate_limited'
  }
}

/** No answer came: the line is down, or was lost on the way. */
export const offline = (): Problem => new Problem('offline', 0)

export const asProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem('page_fault', -1, String(error))
