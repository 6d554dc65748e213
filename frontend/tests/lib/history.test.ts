import { expect, test } from 'vitest'
import { change, historyOf, redo, settle, undo } from '@/lib/history'

test('a change is undone and done again', () => {
  const changed = change(historyOf(1), 2)
  expect(undo(changed).present).toBe(1)
  expect(redo(undo(changed)).present).toBe(2)
})

test('changes of one gesture are undone together, those after it apart', () => {
  let history = historyOf(0)
  for (const value of [1, 2, 3]) history = change(history, value, 'strength')
  history = change(settle(history), 4, 'strength')
  history = undo(history)
  expect(history.present).toBe(3)
  expect(undo(history).present).toBe(0)
})

test('a new change forgets what was undone', () => {
  const history = change(undo(change(historyOf('a'), 'b')), 'c')
  expect(redo(history).present).toBe('c')
  expect(undo(history).present).toBe('a')
})

test('at either end nothing happens', () => {
  const history = historyOf('only')
  expect(undo(history)).toBe(history)
  expect(redo(history)).toBe(history)
})
