import { type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { nextTick } from 'vue'
import CompareView from '@/components/editor/CompareView.vue'
import { mounted } from './mounting'

let view: VueWrapper
afterEach(() => {
  view.unmount()
  vi.unstubAllGlobals()
})

/** A window of 400 x 300 on a photo of 800 x 600. */
async function opened(painting = false) {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(private readonly tell: (entries: object[]) => void) {}
      observe() {
        this.tell([{ contentRect: { width: 400, height: 300 } }])
      }
      disconnect() {}
    },
  )
  view = mounted(CompareView, {
    width: 800, height: 600, name: 'grandma', before: (side: number) => `/before/${side}`,
    after: (side: number) => `/after/${side}`, preview: null, largestSide: 16384, painting, busy: false,
  })
  await nextTick()
  return { divider: view.find('[role=slider]'), stage: view.find('.stage') }
}

test('the divider is moved by keys and tells its value', async () => {
  const { divider } = await opened()
  await divider.trigger('keydown', { key: 'ArrowRight' })
  expect(divider.attributes('aria-valuenow')).toBe('52')
  await divider.trigger('keydown', { key: 'ArrowLeft', shiftKey: true })
  expect(divider.attributes('aria-valuenow')).toBe('42')
  await divider.trigger('keydown', { key: 'End' })
  expect(divider.attributes('aria-valuenow')).toBe('100')
  expect(view.find('.after').attributes('style')).toContain('inset(0 0 0 100%)')
})

test('plus zooms, zero shows all again', async () => {
  const { stage } = await opened()
  expect(view.find('.percent').text()).toBe('50%')
  await stage.trigger('keydown', { key: '+' })
  await stage.trigger('keydown', { key: '+' })
  expect(view.find('.percent').text()).toBe('78%')
  await stage.trigger('keydown', { key: '1' })
  expect(view.find('.percent').text()).toBe('100%')
  await stage.trigger('keydown', { key: '0' })
  expect(view.find('.percent').text()).toBe('50%')
})

test('without a pointer, arrows place the cross hairs and Enter presses', async () => {
  const { stage } = await opened(true)
  await stage.trigger('keydown', { key: 'ArrowRight' })
  await stage.trigger('keydown', { key: 'ArrowRight' })
  await stage.trigger('keydown', { key: 'ArrowDown' })
  await stage.trigger('keydown', { key: 'Enter' })
  expect(view.emitted('press')![0]![0]).toEqual({ x: 424, y: 324 })
  expect(view.emitted('release')![0]).toEqual([{ x: 424, y: 324 }, false])
})
