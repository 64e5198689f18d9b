import { setField } from './set-field.ts'

/** How numbers side by side are told as data: plain data itself. A number is the place of one of them. */
export type RowShape =
  | number
  /** NaN in this place is null. */
  | { readonly orNull: number }
  | { readonly list: readonly RowShape[] }
  | { readonly fields: readonly (readonly [name: string, shape: RowShape])[] }

/** The data of the row that begins at `at`, made anew. */
export function readRow(shape: RowShape, numbers: Float64Array, at: number): unknown {
  if (typeof shape === 'number') return numbers[at + shape]
  if ('orNull' in shape) {
    const value = numbers[at + shape.orNull] as number
    return Number.isNaN(value) ? null : value
  }
  if ('list' in shape) return shape.list.map((item) => readRow(item, numbers, at))
  const data: Record<string, unknown> = {}
  for (const [name, of] of shape.fields) setField(data, name, readRow(of, numbers, at))
  return data
}

/** The same, `by` places further on. */
export function shifted(shape: RowShape, by: number): RowShape {
  if (typeof shape === 'number') return shape + by
  if ('orNull' in shape) return { orNull: shape.orNull + by }
  if ('list' in shape) return { list: shape.list.map((item) => shifted(item, by)) }
  return { fields: shape.fields.map(([name, of]) => [name, shifted(of, by)] as const) }
}

/** Whether rows of both lie in the same way. */
export function isSameShape(one: RowShape | undefined, other: RowShape | undefined): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other)
}
