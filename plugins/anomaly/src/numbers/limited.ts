/** The value, or the end of the range from minus to plus `most` that it lies beyond. */
export function limited(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most)
}
