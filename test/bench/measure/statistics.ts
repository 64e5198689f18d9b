/** The middle one, or the upper of the two in the middle. */
export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

/** Three significant digits below a thousand, else whole with separators; nothing where there is no number. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return ''
  if (Math.abs(value) >= 999.5) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export const spreadOf = (numbers: readonly number[]): Spread => ({
  median: median(numbers),
  least: Math.min(...numbers),
  most: Math.max(...numbers),
})
