/** Where a view reads and writes: the row that starts at `at`. */
export interface RowInHand {
  values: Float64Array
  at: number
}

const inHand: unique symbol = Symbol('row in hand')
const first: unique symbol = Symbol('first column')

interface View {
  readonly [inHand]: RowInHand
  readonly [first]: number
}

/** The accessors of each column: the same for all views, so that views of the same fields have one shape and stay fast. */
const columns: (PropertyDescriptor & ThisType<View>)[] = []

function column(index: number): PropertyDescriptor & ThisType<View> {
  return (columns[index] ??= {
    enumerable: true,
    get() {
      const { at, values } = this[inHand]
      return values[at + this[first] + index] as number
    },
    set(value: number) {
      const { at, values } = this[inHand]
      values[at + this[first] + index] = value
    },
  })
}

/** One object that reads and writes fields of the row in hand, from its column `offset` on. */
export function createRowView(fields: readonly string[], rows: RowInHand, offset = 0): object {
  const view = {}
  Object.defineProperty(view, inHand, { value: rows })
  Object.defineProperty(view, first, { value: offset })
  for (const [index, name] of fields.entries()) Object.defineProperty(view, name, column(index))
  return view
}
