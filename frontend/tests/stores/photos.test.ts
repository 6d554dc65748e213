import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { plainSettings } from '@/lib/settings'
import { saveVersion, usePhotos } from '@/stores/photos'
import { useNotices } from '@/stores/notices'
import { fakeServer, freshStores, json, photo, refusal, version } from '../fake'

beforeEach(() => {
  freshStores()
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const job = (part: object) => ({
  id: 'j1', state: 'running', total: 1, done: 0, failures: [], versions: [], created: '', started: null,
  finished: null, settings: plainSettings(), ...part,
})

test('a full queue is tried again after the time that the server names', async () => {
  const answers = [refusal(503, 'full', { 'Retry-After': '4' }), json(version(), 201)]
  const server = fakeServer({ 'POST /api/v1/photos/p1/versions': () => answers.shift()! })
  const saved = saveVersion('p1', plainSettings())
  await vi.advanceTimersByTimeAsync(3900)
  expect(server.calls).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(200)
  expect((await saved).id).toBe('v1')
})

test('any other refusal is thrown', async () => {
  fakeServer({ 'POST /api/v1/photos/p1/versions': refusal(507, 'the disk is full') })
  await expect(saveVersion('p1', plainSettings())).rejects.toThrow('the disk is full')
})

test('the job of a large photo is waited for', async () => {
  const states = [job({}), job({ state: 'done', done: 1, versions: ['v1'] })]
  fakeServer({
    'POST /api/v1/photos/p1/versions': json(job({ state: 'queued' }), 202),
    'GET /api/v1/jobs/j1': () => json(states.shift()),
    'GET /api/v1/photos/p1': json(photo({ versions: [version()] })),
  })
  const saved = saveVersion('p1', plainSettings())
  await vi.advanceTimersByTimeAsync(2000)
  expect((await saved).id).toBe('v1')
})

test('a failed job throws its reason', async () => {
  const failures = [{ photo: 'p1', name: 'grandma.jpg', message: 'the file is damaged' }]
  fakeServer({
    'POST /api/v1/photos/p1/versions': json(job({ state: 'queued' }), 202),
    'GET /api/v1/jobs/j1': json(job({ state: 'failed', failures })),
  })
  const saved = expect(saveVersion('p1', plainSettings())).rejects.toThrow('the file is damaged')
  await vi.advanceTimersByTimeAsync(1000)
  await saved
})

test('photos are coloured one after the other; one that fails does not stop the rest', async () => {
  const photos = usePhotos()
  photos.photos = [photo(), photo({ id: 'p2' })]
  fakeServer({
    'POST /api/v1/photos/p1/versions': refusal(400, 'this one is damaged'),
    'POST /api/v1/photos/p2/versions': json(version({ photo: 'p2' }), 201),
    'GET /api/v1/photos/p2': json(photo({ id: 'p2', versions: [version({ photo: 'p2' })] })),
  })
  photos.color(['p1', 'p2'])
  expect([...photos.coloring]).toEqual(['p1', 'p2'])
  await vi.waitFor(() => expect(photos.coloring.size).toBe(0))
  expect(photos.photos.map((one) => one.versions.length)).toEqual([0, 1])
  expect(useNotices().queue.map((notice) => notice.text)).toEqual(['this one is damaged'])
})

test('further pages are added, and nothing twice', async () => {
  const pages = [[photo(), photo({ id: 'p2' })], [photo({ id: 'p2' }), photo({ id: 'p3' })]]
  fakeServer({
    'GET /api/v1/photos': () => json({ count: 3, next: null, previous: null, results: pages.shift() }),
  })
  const photos = usePhotos()
  await photos.load()
  expect(photos.more).toBe(true)
  await photos.loadMore()
  expect(photos.photos.map((one) => one.id)).toEqual(['p1', 'p2', 'p3'])
  expect(photos.more).toBe(false)
})
