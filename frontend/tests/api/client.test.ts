import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { api, data, onReach } from '@/api/client'
import { ApiError, ServerGone } from '@/api/errors'
import { fakeServer, json, photo, refusal } from '../fake'

beforeEach(() => {
  document.cookie = 'csrftoken=secret'
})
afterEach(() => vi.unstubAllGlobals())

const get = () => data(api.GET('/api/v1/photos/{photo}', { params: { path: { photo: 'p1' } } }))

test('a change carries the token of the cookie, a question does not', async () => {
  const server = fakeServer({
    'GET /api/v1/photos/p1': json(photo()),
    'DELETE /api/v1/photos/p1': new Response(null, { status: 204 }),
  })
  await get()
  await api.DELETE('/api/v1/photos/{photo}', { params: { path: { photo: 'p1' } } })
  expect(server.calls.map((call) => call.headers.get('X-CSRFToken'))).toEqual([null, 'secret'])
})

test("an error is thrown with the server's own sentence", async () => {
  fakeServer({ 'GET /api/v1/photos/p1': refusal(503, 'all places are taken', { 'Retry-After': '7' }) })
  const error = await get().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ message: 'all places are taken', status: 503, retryAfter: 7 })
})

test('an answer that is no error of ours is named by its status', async () => {
  fakeServer({ 'GET /api/v1/photos/p1': new Response('<html>Bad Gateway</html>', { status: 502 }) })
  await expect(get()).rejects.toThrow('HTTP 502')
})

test('a server that does not answer is told to the page, and that it is back', async () => {
  const told: boolean[] = []
  const stop = onReach((reachable) => told.push(reachable))
  fakeServer({})
  await expect(get()).rejects.toBeInstanceOf(ServerGone)
  fakeServer({ 'GET /api/v1/photos/p1': json(photo()) })
  await get()
  stop()
  expect(told).toEqual([false, true])
})
