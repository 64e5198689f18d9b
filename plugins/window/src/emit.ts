/** When results come, with their times parsed. */
export type Emit =
  | { readonly kind: 'final' | 'onTime' | 'update' }
  /** Each time event time passes a multiple. */
  | { readonly kind: 'every'; readonly ms: number }
  /** Each time a window has so many more records. */
  | { readonly kind: 'records'; readonly count: number }

/** The first multiple of `ms` behind `watermark`; the first watermark there is where none is known yet. */
export function nextMultiple(watermark: number, ms: number): number {
  if (watermark === Number.NEGATIVE_INFINITY) return -Number.MAX_VALUE
  return (Math.floor(watermark / ms) + 1) * ms
}

/** Whether a watermark that moved from `before` to `watermark` passed a multiple of `ms`. */
export function passesMultiple(before: number, watermark: number, ms: number): boolean {
  if (before === Number.NEGATIVE_INFINITY || watermark === Number.POSITIVE_INFINITY) return false
  return watermark >= nextMultiple(before, ms)
}
