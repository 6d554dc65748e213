import createClient, { type Middleware } from 'openapi-fetch'
import { ApiError, ServerGone } from './errors'
import type { paths } from './schema'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Called with false when the server stops answering, with true when it answers again. */
type ReachListener = (reachable: boolean) => void

const listeners = new Set<ReachListener>()

export function onReach(listener: ReachListener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function reportReach(reachable: boolean): void {
  for (const listener of listeners) listener(reachable)
}

/** The token of the csrftoken cookie, which the server wants back with every change. */
export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''
}

const manners: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method)) request.headers.set('X-CSRFToken', csrfToken())
    return request
  },
  async onResponse({ response }) {
    reportReach(true)
    if (!response.ok) throw await ApiError.from(response)
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return error
    reportReach(false)
    return new ServerGone()
  },
}

/** Every call of the API. Throws ApiError with the server's sentence, or ServerGone. */
export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? '',
  credentials: 'same-origin',
  // Looked up at each call, so that a test can put its own in place.
  fetch: (request) => globalThis.fetch(request),
})
api.use(manners)

/** The data of an answer; errors were thrown before it came here. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}
