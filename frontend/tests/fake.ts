import { createPinia, setActivePinia } from 'pinia'
import { vi } from 'vitest'
import type { Photo, Version } from '@/api/types'
import { plainSettings } from '@/lib/settings'

export interface Call {
  method: string
  path: string
  body: unknown
  headers: Headers
}
type Answer = Response | (() => Response | Promise<Response>)

/** A server of a few fixed answers, by method and path; remembers what it was asked. */
export function fakeServer(answers: Record<string, Answer | ((call: Call) => Response | Promise<Response>)>) {
  const calls: Call[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url)
    const text = await request.text()
    const call = {
      method: request.method,
      path: pathname,
      body: text ? JSON.parse(text) : null,
      headers: request.headers,
    }
    calls.push(call)
    const answer = answers[`${request.method} ${pathname}`]
    if (!answer) throw new TypeError(`nobody answers ${request.method} ${pathname}`)
    return answer instanceof Response ? answer.clone() : answer(call)
  })
  return { calls, of: (method: string) => calls.filter((call) => call.method === method) }
}

export const json = (value: unknown, status = 200, headers = {}) =>
  new Response(JSON.stringify(value), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  })

export const refusal = (status: number, message: string, headers = {}) =>
  json({ error: { code: 'refused', message } }, status, headers)

export function photo(part: Partial<Photo> = {}): Photo {
  return {
    id: 'p1', name: 'grandma.jpg', kind: 'photo', width: 400, height: 300, bytes: 1000, format: 'JPEG',
    created: '2026-01-01T00:00:00Z', expires: null, versions: [], ...part,
  }
}

export function version(part: Partial<Version> = {}): Version {
  return {
    id: 'v1', photo: 'p1', settings: plainSettings(), created: '2026-01-01T00:00:00Z', width: 400,
    height: 300, format: 'JPEG', bytes: 900, seconds: 0.2, ...part,
  }
}

export function freshStores(): void {
  setActivePinia(createPinia())
}
