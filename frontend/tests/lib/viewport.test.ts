import { expect, test } from 'vitest'
import { fit, held, pan, pictureAt, viewSide, windowAt, zoom } from '@/lib/viewport'

const picture = { width: 1000, height: 500 }
const room = { width: 500, height: 500 }

test('the whole picture is fitted and centred', () => {
  expect(fit(picture, room)).toEqual({ scale: 0.5, x: 0, y: 125 })
})

test('a tiny picture is enlarged only so far', () => {
  expect(fit({ width: 10, height: 10 }, room).scale).toBe(4)
})

test('zooming keeps the place under the pointer', () => {
  const before = zoom(fit(picture, room), 4, { x: 250, y: 250 }, picture, room)
  const at = { x: 200, y: 300 }
  const place = pictureAt(before, at, picture)
  const after = zoom(before, 1.7, at, picture, room)
  expect(pictureAt(after, at, picture)!.x).toBeCloseTo(place!.x, 9)
  expect(pictureAt(after, at, picture)!.y).toBeCloseTo(place!.y, 9)
})

test('zooming out ends at the whole picture', () => {
  expect(zoom(fit(picture, room), 0.01, { x: 9, y: 9 }, picture, room)).toEqual(fit(picture, room))
})

test('a picture larger than the window always covers it', () => {
  const view = zoom(fit(picture, room), 6, { x: 250, y: 250 }, picture, room)
  const moved = pan(view, 99999, -99999, picture, room)
  expect(moved.x).toBe(0)
  expect(moved.y).toBe(500 - 500 * moved.scale)
  expect(held(moved, picture, room)).toEqual(moved)
})

test('window and picture places are each the way back of the other', () => {
  const view = { scale: 0.37, x: 12, y: -40 }
  const place = { x: 300.25, y: 420.5 }
  const back = pictureAt(view, windowAt(view, place), picture)
  expect(back!.x).toBeCloseTo(place.x, 9)
  expect(back!.y).toBeCloseTo(place.y, 9)
})

test('beside the picture there is no place', () => {
  expect(pictureAt({ scale: 1, x: 10, y: 10 }, { x: 9, y: 50 }, picture)).toBeNull()
  expect(pictureAt({ scale: 1, x: 10, y: 10 }, { x: 1010, y: 50 }, picture)).toBeNull()
})

test.each([
  [{ width: 6000, height: 4000 }, 0.1, 1, 800],
  [{ width: 6000, height: 4000 }, 0.1, 2, 1600],
  [{ width: 6000, height: 4000 }, 0.5, 1, 3200],
  [{ width: 6000, height: 4000 }, 3, 2, 6400],
  [{ width: 12000, height: 4000 }, 3, 2, 12000],
  [{ width: 40000, height: 4000 }, 3, 2, 16384],
  [{ width: 300, height: 200 }, 4, 2, 800],
])('of %o at scale %d and pixel ratio %d the view of %d is asked for', (size, scale, ratio, side) => {
  expect(viewSide(size, scale, ratio, 16384)).toBe(side)
})
