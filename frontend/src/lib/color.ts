/**
 * The mean colour of some pixels as #rrggbb.
 *
 * @param rgba sRGB and alpha, 0..255, four values a pixel; transparent pixels are left out
 */
export function averageColor(rgba: Uint8ClampedArray): string {
  const sum = [0, 0, 0]
  let count = 0
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at + 3]! < 128) continue
    for (let channel = 0; channel < 3; channel += 1) sum[channel]! += rgba[at + channel]!
    count += 1
  }
  const hex = sum.map((value) => Math.round(value / Math.max(count, 1)).toString(16).padStart(2, '0'))
  return `#${hex.join('')}`
}

/** Skin, hair, earth, wood, brick, cloth, leaves, water, sky: where a model suggests nothing. */
export const COMMON_COLORS = [
  '#c68f72', '#8d5a44', '#a3865c', '#7a5634', '#9a4f3e', '#b23b34', '#c9a24a', '#5f7a3d', '#3f6b52',
  '#4f8aa5', '#7fa9d0', '#3d4f7d', '#7b5a86', '#d8c7a8',
] as const
