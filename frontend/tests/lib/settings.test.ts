import { expect, test } from 'vitest'
import { completed, plainSettings, sameSettings, usualRadius } from '@/lib/settings'

const hint = { x: 10, y: 20, color: '#AABBCC' }

test('what a version leaves out is as in the plain settings', () => {
  expect(sameSettings(completed({ strength: 1.2 }), { ...plainSettings(), strength: 1.2 })).toBe(true)
})

test('the case of a colour and a null radius make no difference', () => {
  const a = { ...plainSettings(), hints: [hint] }
  const b = { ...plainSettings(), hints: [{ ...hint, color: '#aabbcc', radius: null }] }
  expect(sameSettings(a, b)).toBe(true)
})

test.each([
  { strength: 1.05 },
  { size: 384 },
  { model: 'study' },
  { exact: true },
  { reach: 0.4 },
  { references: ['a'] },
  { hints: [hint] },
  { strokes: [{ points: [[1, 2]], color: '#000000', radius: 3 }] },
])('settings that differ by %o are not the same', (part) => {
  expect(sameSettings(plainSettings(), { ...plainSettings(), ...part })).toBe(false)
})

test('the usual radius is a share of the short side', () => {
  expect(usualRadius(1000, 500)).toBe(6)
})
