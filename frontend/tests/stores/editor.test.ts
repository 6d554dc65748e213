import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { plainSettings } from '@/lib/settings'
import { useEditor } from '@/stores/editor'
import { useNotices } from '@/stores/notices'
import { type Call, fakeServer, freshStores, json, photo, refusal, version } from '../fake'

beforeEach(freshStores)
afterEach(() => vi.unstubAllGlobals())

const picture = () => new Response(new Blob(['jpeg']), { headers: { 'Content-Type': 'image/jpeg' } })
const strengths = (calls: Call[]) => calls.map((call) => (call.body as { strength: number }).strength)

test('a photo without versions is previewed at once, one with a version is shown by it', async () => {
  const server = fakeServer({
    'GET /api/v1/photos/p1': json(photo()),
    'POST /api/v1/photos/p1/preview': picture,
    'GET /api/v1/photos/p2': json(photo({ id: 'p2', versions: [version({ photo: 'p2' })] })),
  })
  const editor = useEditor()
  await editor.open('p1')
  await expect.poll(() => editor.preview?.url).toMatch(/^blob:/)
  await editor.open('p2')
  expect(editor.shown?.id).toBe('v1')
  expect(editor.preview).toBeNull()
  expect(server.of('POST')).toHaveLength(1)
})

test('the newest version is the one to go on from', async () => {
  const old = version({ id: 'old', settings: { ...plainSettings(), strength: 0.5 } })
  const recent = version({ id: 'new', created: '2026-02-01T00:00:00Z' })
  fakeServer({ 'GET /api/v1/photos/p1': json(photo({ versions: [old, recent] })) })
  const editor = useEditor()
  await editor.open('p1')
  expect(editor.shown?.id).toBe('new')
  editor.recall(old)
  expect(editor.shown?.id).toBe('old')
  editor.undo()
  expect(editor.shown?.id).toBe('new')
})

test('a dragged slider asks for the first and the last value, and is one step of undo', async () => {
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const server = fakeServer({
    'GET /api/v1/photos/p1': json(photo({ versions: [version()] })),
    'POST /api/v1/photos/p1/preview': async () => {
      await held
      return picture()
    },
  })
  const editor = useEditor()
  await editor.open('p1')
  for (const strength of [1.1, 1.2, 1.3, 1.4]) editor.change({ strength }, 'strength')
  editor.settle()
  release()
  await expect.poll(() => editor.preview?.settings.strength).toBe(1.4)
  expect(strengths(server.of('POST'))).toEqual([1.1, 1.4])
  editor.undo()
  expect(editor.draft.strength).toBe(1)
  expect(editor.shown?.id).toBe('v1')
})

test('saving keeps the draft as a version; what is saved already is not saved twice', async () => {
  const made = version({ id: 'v2', created: '2026-02-01T00:00:00Z', settings: { ...plainSettings(), strength: 0.4 } })
  let versions = [version()]
  const server = fakeServer({
    'GET /api/v1/photos/p1': () => json(photo({ versions })),
    'POST /api/v1/photos/p1/preview': picture,
    'POST /api/v1/photos/p1/versions': () => {
      versions = [...versions, made]
      return json(made, 201)
    },
  })
  const editor = useEditor()
  await editor.open('p1')
  editor.change({ strength: 0.4 })
  expect((await editor.save())?.id).toBe('v2')
  expect((await editor.save())?.id).toBe('v2')
  expect(server.calls.filter((call) => call.path.endsWith('/versions'))).toHaveLength(1)
})

test('a preview that fails is told by the sentence of the server', async () => {
  fakeServer({
    'GET /api/v1/photos/p1': json(photo()),
    'POST /api/v1/photos/p1/preview': refusal(400, 'the reference is gone; choose another'),
  })
  await useEditor().open('p1')
  await expect.poll(() => useNotices().queue[0]?.text).toBe('the reference is gone; choose another')
})

test('colours are only asked of a model that tells them', async () => {
  const model = { name: 'default', title: 'tomau', is_default: true, takes_hints: false, size: 256, description: '' }
  const server = fakeServer({
    'GET /api/v1/photos/p1': json(photo({ versions: [version()] })),
    'GET /api/v1/models': json([model, { ...model, name: 'painter', is_default: false, takes_hints: true }]),
    'GET /api/v1/photos/p1/suggest': json({ colors: [{ color: '#102030', share: 0.5 }] }),
    'POST /api/v1/photos/p1/preview': picture,
  })
  const editor = useEditor()
  await editor.open('p1')
  expect(await editor.suggest(10.7, 20.2)).toEqual([])
  editor.change({ model: 'painter' })
  expect(await editor.suggest(10.7, 20.2)).toEqual([{ color: '#102030', share: 0.5 }])
  expect(server.calls.filter((call) => call.path.endsWith('/suggest'))).toHaveLength(1)
})
