import { expect, test } from 'vitest'
import { averageColor } from '@/lib/color'

test('the mean of opaque pixels; transparent ones are left out', () => {
  const pixels = new Uint8ClampedArray([255, 0, 0, 255, 1, 0, 254, 255, 9, 9, 9, 0])
  expect(averageColor(pixels)).toBe('#80007f')
})
