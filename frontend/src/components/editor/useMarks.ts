import { computed, reactive, ref, watch } from 'vue'
import type { Stroke, Suggestion } from '@/api/types'
import { usualRadius } from '@/lib/settings'
import type { Place } from '@/lib/viewport'
import { useEditor } from '@/stores/editor'
import { useNotices } from '@/stores/notices'

export type Tool = 'move' | 'point' | 'brush'

const rounded = (value: number) => Math.round(value * 10) / 10

/** What pointers do with points and strokes. Places are in pixels of the upright original. */
export function useMarks() {
  const editor = useEditor()
  const notices = useNotices()

  const tool = ref<Tool>('move')
  const color = ref('#a0673f')
  /** Half the brush's width in the picture's pixels; null is the usual one. */
  const radius = ref<number | null>(null)
  const drawing = ref<Stroke | null>(null)
  /** The place whose colours are being chosen, and the point that stands there, if there is one. */
  const place = ref<Place | null>(null)
  const selected = ref<number | null>(null)
  const suggestions = ref<Suggestion[]>([])
  const asking = ref(false)
  let dragged: number | null = null

  const usual = computed(() =>
    editor.photo ? usualRadius(editor.photo.width, editor.photo.height) : 1,
  )
  const hints = computed(() => editor.draft.hints)
  const strokes = computed(() => editor.draft.strokes)
  const used = computed(() =>
    [...new Set([...hints.value, ...strokes.value].map((mark) => mark.color.toLowerCase()))].slice(-10),
  )

  function press(at: Place, reach: number): void {
    if (tool.value === 'brush') {
      drawing.value = {
        points: [[rounded(at.x), rounded(at.y)]],
        color: color.value,
        radius: rounded(radius.value ?? usual.value),
      }
      return
    }
    const near = hints.value.findLastIndex((hint) => Math.hypot(hint.x - at.x, hint.y - at.y) <= reach)
    dragged = near >= 0 ? near : null
  }

  function drag(at: Place): void {
    if (drawing.value) {
      const last = drawing.value.points.at(-1)!
      const near = Math.hypot(at.x - last[0]!, at.y - last[1]!) < drawing.value.radius! / 2
      if (near) return
      drawing.value = {
        ...drawing.value,
        points: [...drawing.value.points, [rounded(at.x), rounded(at.y)]],
      }
    } else if (dragged !== null) {
      const moved = { ...hints.value[dragged]!, x: rounded(at.x), y: rounded(at.y) }
      editor.change({ hints: hints.value.with(dragged, moved) }, `hint ${dragged}`)
      if (selected.value === dragged) place.value = { x: moved.x, y: moved.y }
    }
  }

  function release(at: Place, moved: boolean): void {
    if (drawing.value) {
      editor.change({ strokes: [...strokes.value, drawing.value] })
      drawing.value = null
    } else if (tool.value === 'point') {
      if (dragged !== null && moved) editor.settle()
      else if (dragged !== null) choose(dragged)
      else if (!moved) propose({ x: rounded(at.x), y: rounded(at.y) })
    }
    dragged = null
  }

  function cancel(): void {
    drawing.value = null
    dragged = null
  }

  /** Open the colours of a point that is there. */
  function choose(index: number): void {
    const hint = hints.value[index]
    if (!hint) return
    selected.value = index
    color.value = hint.color
    open({ x: hint.x, y: hint.y })
  }

  function propose(at: Place): void {
    selected.value = null
    open(at)
  }

  function open(at: Place): void {
    place.value = at
    suggestions.value = []
    asking.value = true
    editor
      .suggest(at.x, at.y)
      .then((found) => {
        if (place.value?.x === at.x && place.value.y === at.y) suggestions.value = found
      })
      .catch(notices.fail)
      .finally(() => {
        asking.value = false
      })
  }

  function close(): void {
    place.value = null
    selected.value = null
    editor.settle()
  }

  /** Give the open place a colour: the first makes the point, later ones change it. */
  function paint(chosen: string): void {
    color.value = chosen
    if (!place.value) return
    if (selected.value === null) {
      selected.value = hints.value.length
      editor.change({ hints: [...hints.value, { ...place.value, color: chosen }] }, 'color')
    } else {
      const hint = { ...hints.value[selected.value]!, color: chosen }
      editor.change({ hints: hints.value.with(selected.value, hint) }, 'color')
    }
  }

  function removeHint(index: number): void {
    close()
    editor.change({ hints: hints.value.toSpliced(index, 1) })
  }

  function removeStroke(index: number): void {
    editor.change({ strokes: strokes.value.toSpliced(index, 1) })
  }

  function clear(): void {
    close()
    editor.change({ hints: [], strokes: [] })
  }

  // An undone point has no colours to choose any more.
  watch(hints, (now) => {
    if (selected.value !== null && selected.value >= now.length) selected.value = null
  })

  return reactive({
    tool, color, radius, usual, drawing, place, selected, suggestions, asking, hints, strokes, used,
    press, drag, release, cancel, choose, close, paint, removeHint, removeStroke, clear,
  })
}

export type Marks = ReturnType<typeof useMarks>
