/** States that can be gone back and forward through; a new state forgets what was undone. */
export interface History<T> {
  readonly past: readonly T[]
  readonly present: T
  readonly future: readonly T[]
  /** Changes with the same key belong to one gesture and are undone together. */
  readonly key: string | null
}

const LONGEST = 200

export function historyOf<T>(present: T): History<T> {
  return { past: [], present, future: [], key: null }
}

/** Take a new state. With the key of the change before it, it replaces that change's state. */
export function change<T>(history: History<T>, next: T, key: string | null = null): History<T> {
  if (key !== null && key === history.key) return { ...history, present: next, future: [] }
  const past = [...history.past, history.present].slice(-LONGEST)
  return { past, present: next, future: [], key }
}

/** End a gesture: the next change is one of its own, whatever its key. */
export function settle<T>(history: History<T>): History<T> {
  return { ...history, key: null }
}

export function undo<T>(history: History<T>): History<T> {
  const previous = history.past.at(-1)
  if (previous === undefined) return history
  return {
    past: history.past.slice(0, -1),
    present: previous,
    future: [history.present, ...history.future],
    key: null,
  }
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future
  if (next === undefined) return history
  return { past: [...history.past, history.present], present: next, future, key: null }
}
