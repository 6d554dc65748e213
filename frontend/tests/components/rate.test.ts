import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import RateView from '@/views/RateView.vue'
import { fakeServer, json, refusal } from '../fake'
import { mounted } from './mounting'

let view: VueWrapper
afterEach(() => {
  view.unmount()
  vi.unstubAllGlobals()
})

const item = (id: string, position: number, vote: unknown = null) => ({
  id, position, picture: `/${id}.jpg`, left: `/${id}-l.jpg`, right: `/${id}-r.jpg`, vote,
})
const survey = (items: object[], mode = 'rating') => ({
  title: 'Real?', question: 'How real?', mode, total: items.length, done: 0, items,
})
const progress = json({ done: 1, total: 3 })

async function opened(items: object[], mode?: string) {
  const server = fakeServer({
    'GET /api/v1/surveys/abc/rate': json(survey(items, mode)),
    'PUT /api/v1/surveys/abc/rate/one': progress,
    'PUT /api/v1/surveys/abc/rate/two': progress,
    'PUT /api/v1/surveys/abc/rate/three': progress,
  })
  view = mounted(RateView, { slug: 'abc' })
  await flushPromises()
  return server
}
async function press(key: string) {
  window.dispatchEvent(new KeyboardEvent('keydown', { key }))
  await flushPromises()
}
const shown = () => view.find('.mat img').attributes('src')

test('keys vote in the order of positions, Backspace goes back, a vote can be changed', async () => {
  const server = await opened([item('two', 2), item('one', 1)])
  await press('4')
  expect(server.of('PUT')).toHaveLength(0)
  await view.find('button').trigger('click')
  expect(shown()).toBe('/one.jpg')
  await press('4')
  expect(shown()).toBe('/two.jpg')
  await press('Backspace')
  expect(view.find('[aria-pressed=true]').text()).toContain('4')
  await press('2')
  await press('7')
  await press('5')
  expect(server.of('PUT').map((call) => [call.path.split('/').at(-1), call.body])).toEqual([
    ['one', { vote: 4 }],
    ['one', { vote: 2 }],
    ['two', { vote: 5 }],
  ])
  expect(view.text()).toContain('Thank you')
})

test('who comes back goes on with the first picture without a vote', async () => {
  await opened([item('one', 1, 3), item('two', 2), item('three', 3)])
  expect(shown()).toBe('/two.jpg')
})

test('a vote that the server did not take stays open', async () => {
  await opened([item('one', 1)])
  fakeServer({ 'PUT /api/v1/surveys/abc/rate/one': refusal(503, 'busy') })
  await view.find('button').trigger('click')
  await press('3')
  expect(shown()).toBe('/one.jpg')
  expect(view.find('[aria-pressed=true]').exists()).toBe(false)
})

test('of two, the arrow keys choose', async () => {
  const server = await opened([item('one', 1), item('two', 2)], 'pairwise')
  await view.find('button').trigger('click')
  await press('3')
  await press('ArrowRight')
  await press('ArrowLeft')
  expect(server.of('PUT').map((call) => call.body)).toEqual([{ choice: 'right' }, { choice: 'left' }])
})

test('a survey that is not there is told so', async () => {
  fakeServer({ 'GET /api/v1/surveys/abc/rate': refusal(404, 'there is no such survey') })
  view = mounted(RateView, { slug: 'abc' })
  await flushPromises()
  expect(view.text()).toContain('This is not here')
})
