/** How a picture lies in a window: picture pixel p is shown at p * scale + (x, y), CSS pixels. */
export interface Viewport {
  readonly scale: number
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Place {
  readonly x: number
  readonly y: number
}

export const LARGEST_SCALE = 16

/** The whole picture, centred, never enlarged beyond `atMost` times. */
export function fit(picture: Size, window: Size, atMost = 4): Viewport {
  const scale = Math.min(window.width / picture.width, window.height / picture.height, atMost)
  return centred(picture, window, scale > 0 ? scale : 1)
}

function centred(picture: Size, window: Size, scale: number): Viewport {
  return {
    scale,
    x: (window.width - picture.width * scale) / 2,
    y: (window.height - picture.height * scale) / 2,
  }
}

/** Change the scale and keep the picture's place under `at` (window coordinates) where it is. */
export function zoom(view: Viewport, factor: number, at: Place, picture: Size, window: Size): Viewport {
  const smallest = fit(picture, window).scale
  const scale = Math.min(Math.max(view.scale * factor, smallest), Math.max(LARGEST_SCALE, smallest))
  const ratio = scale / view.scale
  const moved = { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }
  return held(moved, picture, window)
}

export function pan(view: Viewport, dx: number, dy: number, picture: Size, window: Size): Viewport {
  return held({ scale: view.scale, x: view.x + dx, y: view.y + dy }, picture, window)
}

/** A larger picture covers the window, a smaller one stays in its middle. */
export function held(view: Viewport, picture: Size, window: Size): Viewport {
  const axis = (offset: number, length: number, room: number) =>
    length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, offset))
  return {
    scale: view.scale,
    x: axis(view.x, picture.width * view.scale, window.width),
    y: axis(view.y, picture.height * view.scale, window.height),
  }
}

/** The picture's place under a place of the window, null beside the picture. */
export function pictureAt(view: Viewport, at: Place, picture: Size): Place | null {
  const x = (at.x - view.x) / view.scale
  const y = (at.y - view.y) / view.scale
  return x >= 0 && y >= 0 && x < picture.width && y < picture.height ? { x, y } : null
}

export function windowAt(view: Viewport, place: Place): Place {
  return { x: place.x * view.scale + view.x, y: place.y * view.scale + view.y }
}

/**
 * The long side, in pixels, of the view to ask the server for: enough for the screen's own pixels,
 * in few steps so that answers can be kept, never more than the picture has.
 */
export function viewSide(picture: Size, scale: number, pixelRatio: number, largest: number): number {
  const long = Math.max(picture.width, picture.height)
  const needed = Math.min(long, long * scale * pixelRatio, largest)
  for (const side of [800, 1600, 3200, 6400]) if (needed <= side) return Math.min(side, largest)
  return Math.min(long, largest)
}
