import type { Settings } from '@/api/types'

export const STRENGTH = { least: 0, most: 2, step: 0.05 } as const
export const REACH = { least: 0.1, most: 2, step: 0.05 } as const
export const SIZES = [null, 192, 256, 384, 512, 768] as const

export function plainSettings(model = 'default'): Settings {
  return { model, size: null, strength: 1, hints: [], strokes: [], references: [], exact: false, reach: 1 }
}

/** What a saved version's settings leave out is as in the plain ones. */
export function completed(settings: Partial<Settings>): Settings {
  return { ...plainSettings(), ...settings }
}

export function sameSettings(a: Settings, b: Settings): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))
}

function ordered(settings: Settings): unknown {
  const round = (value: number) => Math.round(value * 100) / 100
  return [
    settings.model,
    settings.size ?? null,
    round(settings.strength),
    settings.hints.map((hint) => [round(hint.x), round(hint.y), hint.color.toLowerCase(), hint.radius ?? null]),
    settings.strokes.map((stroke) => [
      stroke.points.map((point) => point.map(round)),
      stroke.color.toLowerCase(),
      stroke.radius ?? null,
    ]),
    settings.references,
    settings.exact,
    round(settings.reach),
  ]
}

/** Half the width of a stroke where none was chosen: 1.2 % of the short side, as in training. */
export function usualRadius(width: number, height: number): number {
  return 0.012 * Math.min(width, height)
}
