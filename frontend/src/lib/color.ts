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
