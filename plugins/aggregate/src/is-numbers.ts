/** Whether an accumulator is a record of nothing but numbers: such are held as rows of them. */
export function isNumbers(accumulator: unknown): boolean {
  if (typeof accumulator !== 'object' || accumulator === null) return false
  if (Object.getPrototypeOf(accumulator) !== Object.prototype) return false
  const values = Object.values(accumulator)
  return values.length > 0 && values.every((value) => typeof value === 'number')
}
