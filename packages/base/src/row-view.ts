/** Where a view reads and writes: the row that starts at `at`. */
export interface RowInHand {
  values: Float64Array
  at: number
}

/** One object that reads and writes fields of the row in hand, from its column `offset` on. */
export function createRowView(fields: readonly string[], rows: RowInHand, offset = 0): object {
  const view = {}
  for (const [index, name] of fields.entries()) {
    const column = offset + index
    Object.defineProperty(view, name, {
      enumerable: true,
      get: () => rows.values[rows.at + column] as number,
      set: (value: number) => {
        rows.values[rows.at + column] = value
      },
    })
  }
  return view
}
