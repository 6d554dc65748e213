import { ref } from 'vue'
import type { Place } from '@/lib/viewport'

export interface PointerWishes {
  /** A single pointer works with the tool (else it moves the picture). */
  painting: () => boolean
  press: (at: Place) => void
  drag: (at: Place) => void
  release: (at: Place, moved: boolean) => void
  cancel: () => void
  pan: (dx: number, dy: number) => void
  zoom: (factor: number, at: Place) => void
}

const STILL = 4

/**
 * One pointer paints or moves the picture, two pointers pinch, the middle button and the space bar
 * always move, the wheel zooms. All places are in CSS pixels from the window's upper left corner.
 */
export function usePointers(wishes: PointerWishes) {
  const down = new Map<number, Place>()
  const moving = ref(false)
  const space = ref(false)
  let mode: 'none' | 'paint' | 'pan' | 'pinch' = 'none'
  let start: Place = { x: 0, y: 0 }
  let moved = false

  function placeOf(event: PointerEvent | WheelEvent): Place {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  function onDown(event: PointerEvent): void {
    if (event.button > 1) return
    const at = placeOf(event)
    ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
    down.set(event.pointerId, at)
    if (down.size === 2) {
      if (mode === 'paint') wishes.cancel()
      mode = 'pinch'
      return
    }
    start = at
    moved = false
    mode = wishes.painting() && event.button === 0 && !space.value ? 'paint' : 'pan'
    moving.value = mode === 'pan'
    if (mode === 'paint') wishes.press(at)
  }

  function onMove(event: PointerEvent): void {
    const last = down.get(event.pointerId)
    if (!last) return
    const at = placeOf(event)
    if (mode === 'pinch') pinch(event.pointerId, last, at)
    down.set(event.pointerId, at)
    if (Math.hypot(at.x - start.x, at.y - start.y) > STILL) moved = true
    if (mode === 'pan') wishes.pan(at.x - last.x, at.y - last.y)
    if (mode === 'paint') wishes.drag(at)
  }

  function pinch(id: number, last: Place, at: Place): void {
    const other = [...down].find(([key]) => key !== id)?.[1]
    if (!other) return
    const before = Math.hypot(last.x - other.x, last.y - other.y)
    const after = Math.hypot(at.x - other.x, at.y - other.y)
    const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 }
    if (before > 0) wishes.zoom(after / before, middle)
    wishes.pan((at.x - last.x) / 2, (at.y - last.y) / 2)
  }

  function onUp(event: PointerEvent): void {
    if (!down.delete(event.pointerId)) return
    if (mode === 'paint') wishes.release(placeOf(event), moved)
    if (down.size === 0) {
      mode = 'none'
      moving.value = false
    }
  }

  function onCancel(event: PointerEvent): void {
    if (!down.delete(event.pointerId)) return
    if (mode === 'paint') wishes.cancel()
    mode = 'none'
    moving.value = false
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault()
    wishes.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), placeOf(event))
  }

  return { moving, space, onDown, onMove, onUp, onCancel, onWheel }
}
