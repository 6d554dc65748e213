import { defineStore } from 'pinia'
import { ref } from 'vue'
import { ApiError, ServerGone } from '@/api/errors'

export interface Notice {
  id: number
  kind: 'success' | 'error' | 'info'
  text: string
  /** What the notice offers to do, such as undoing. */
  action?: { label: string; run: () => void }
}

let counter = 0

/** Short messages at the foot of the page. */
export const useNotices = defineStore('notices', () => {
  const queue = ref<Notice[]>([])

  function say(kind: Notice['kind'], text: string, action?: Notice['action']): void {
    counter += 1
    queue.value.push({ id: counter, kind, text, action })
  }

  function dismiss(id: number): void {
    queue.value = queue.value.filter((notice) => notice.id !== id)
  }

  /** Show an error by the server's own sentence. A gone server has its own banner. */
  function fail(error: unknown): void {
    if (error instanceof ServerGone) return
    if (error instanceof DOMException && error.name === 'AbortError') return
    if (error instanceof ApiError) {
      const fields = Object.entries(error.fields).map(([name, lines]) => `${name}: ${lines.join(' ')}`)
      const known = fields.filter((line) => !error.message.includes(line))
      say('error', [error.message, ...known].join(' '))
      return
    }
    console.error(error)
    say('error', error instanceof Error ? error.message : String(error))
  }

  return { queue, say, dismiss, fail }
})
