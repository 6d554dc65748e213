import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import { fit, held, pan, zoom, type Place, type Size, type Viewport } from '@/lib/viewport'

/** How the picture lies in its window: follows the window's size, zooms and moves. */
export function useViewport(element: Ref<HTMLElement | undefined>, picture: () => Size) {
  const size = ref<Size>({ width: 0, height: 0 })
  const view = ref<Viewport>({ scale: 1, x: 0, y: 0 })
  /** The whole picture is shown, and shall be after the window changed. */
  const fitted = ref(true)
  let observer: ResizeObserver | null = null

  function showAll(): void {
    fitted.value = true
    if (size.value.width > 0) view.value = fit(picture(), size.value)
  }

  function zoomBy(factor: number, at?: Place): void {
    const middle = { x: size.value.width / 2, y: size.value.height / 2 }
    view.value = zoom(view.value, factor, at ?? middle, picture(), size.value)
    fitted.value = view.value.scale <= fit(picture(), size.value).scale
  }

  /** One pixel of the picture on one pixel of the screen. */
  function showPixels(at?: Place): void {
    zoomBy(1 / window.devicePixelRatio / view.value.scale, at)
  }

  function panBy(dx: number, dy: number): void {
    view.value = pan(view.value, dx, dy, picture(), size.value)
  }

  onMounted(() => {
    observer = new ResizeObserver(([entry]) => {
      if (!entry) return
      size.value = { width: entry.contentRect.width, height: entry.contentRect.height }
      if (fitted.value) showAll()
      else view.value = held(view.value, picture(), size.value)
    })
    if (element.value) observer.observe(element.value)
  })
  onBeforeUnmount(() => observer?.disconnect())
  watch(picture, showAll)

  return { size, view, fitted, showAll, showPixels, zoomBy, panBy }
}
