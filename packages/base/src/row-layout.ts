import type { RowShape } from './row-shape.ts'
import { createRowView, type RowInHand } from './row-view.ts'

/** Accumulators by row: numbers side by side, everything else as it is. */
export interface RowStore {
  numbers: Float64Array
  readonly others: unknown[]
}

/** What a row held. */
export interface SavedRow {
  readonly numbers: readonly number[]
  readonly others: readonly unknown[]
}

/** One accumulator of a row: its columns, or that it is held as it is. */
interface Part {
  readonly fields: readonly string[] | undefined
  readonly place: number
}

/**
 * How accumulators are laid out in rows. `create` gives one accumulator or a list of them, of the same shape each time; those
 * of nothing but numbers become columns of doubles, seen through one object that stands for the row in hand.
 */
export class RowLayout<T> {
  readonly #create: () => T
  readonly #isList: boolean
  readonly #initial: readonly number[]
  readonly #inHand: RowInHand = { values: new Float64Array(0), at: 0 }
  readonly #parts: readonly Part[]
  /** What is shown of the row in hand, part by part. */
  readonly #shown: unknown[]
  /** Places in `#shown` of the parts that are no numbers. */
  readonly #others: readonly number[]

  constructor(create: () => T) {
    this.#create = create
    const made = create()
    this.#isList = Array.isArray(made)
    const initial: number[] = []
    const others: number[] = []
    this.#parts = this.#partsOf(made).map((part, index): Part => {
      if (!isNumbers(part)) return { fields: undefined, place: others.push(index) - 1 }
      const place = initial.length
      initial.push(...Object.values(part))
      return { fields: Object.keys(part), place }
    })
    this.#shown = this.#parts.map(
      ({ fields, place }) => fields && createRowView(fields, this.#inHand, place),
    )
    this.#initial = initial
    this.#others = others
  }

  /** Numbers in a row. */
  get width(): number {
    return this.#initial.length
  }

  /** How the numbers of a row are told as accumulators; undefined where these are more than numbers. */
  get shape(): RowShape | undefined {
    if (this.#others.length > 0) return undefined
    const list = this.#parts.map(({ fields = [], place }): RowShape => {
      return { fields: fields.map((name, at) => [name, place + at] as const) }
    })
    return this.#isList ? { list } : list[0]
  }

  /** Room for `rows` rows. */
  store(rows: number): RowStore {
    return { numbers: new Float64Array(rows * this.#initial.length), others: [] }
  }

  /** Makes room for `rows` rows. */
  grow(store: RowStore, rows: number): void {
    const numbers = new Float64Array(rows * this.#initial.length)
    numbers.set(store.numbers)
    store.numbers = numbers
  }

  /** Moves the rows from `row` on, up to `rows`, by one: there must be room for one more. */
  open(store: RowStore, row: number, rows: number): void {
    const width = this.#initial.length
    const count = this.#others.length
    store.numbers.copyWithin((row + 1) * width, row * width, rows * width)
    if (count > 0) store.others.splice(row * count, 0, ...Array.from({ length: count }))
  }

  /** Fills a row as `create` says. */
  make(store: RowStore, row: number): void {
    const width = this.#initial.length
    const at = row * width
    for (let column = 0; column < width; column++) {
      store.numbers[at + column] = this.#initial[column] as number
    }
    const count = this.#others.length
    if (count === 0) return
    const parts = this.#partsOf(this.#create())
    for (let index = 0; index < count; index++) {
      store.others[row * count + index] = parts[this.#others[index] as number]
    }
  }

  /** The accumulators of a row: the same object (or list) each time, which stands for the row in hand. */
  show(store: RowStore, row: number): T {
    this.#inHand.values = store.numbers
    this.#inHand.at = row * this.#initial.length
    const count = this.#others.length
    for (let index = 0; index < count; index++) {
      this.#shown[this.#others[index] as number] = store.others[row * count + index]
    }
    return (this.#isList ? this.#shown : this.#shown[0]) as T
  }

  /** Puts accumulators of the same shape into a row: numbers are copied, others are taken as they are. */
  write(store: RowStore, row: number, value: T): void {
    const values = this.#partsOf(value)
    const at = row * this.#initial.length
    for (let index = 0; index < this.#parts.length; index++) {
      const { fields, place } = this.#parts[index] as Part
      const part = values[index] as Readonly<Record<string, number>>
      if (fields === undefined) store.others[row * this.#others.length + place] = part
      else {
        for (let field = 0; field < fields.length; field++) {
          store.numbers[at + place + field] = part[fields[field] as string] as number
        }
      }
    }
  }

  /** What a row holds, for `load`. */
  save(store: RowStore, row: number): SavedRow {
    const width = this.#initial.length
    const count = this.#others.length
    return {
      numbers: Array.from(store.numbers.subarray(row * width, (row + 1) * width)),
      others: store.others.slice(row * count, (row + 1) * count),
    }
  }

  load(store: RowStore, row: number, { numbers, others }: SavedRow): void {
    store.numbers.set(numbers, row * numbers.length)
    for (const [index, other] of others.entries()) store.others[row * others.length + index] = other
  }

  /** Lets go of what a row holds beside numbers. */
  drop(store: RowStore, row: number): void {
    const count = this.#others.length
    for (let index = 0; index < count; index++) store.others[row * count + index] = undefined
  }

  #partsOf(made: T): readonly unknown[] {
    return this.#isList ? (made as readonly unknown[]) : [made]
  }
}

function isNumbers(part: unknown): part is Record<string, number> {
  if (typeof part !== 'object' || part === null) return false
  if (Object.getPrototypeOf(part) !== Object.prototype) return false
  const values = Object.values(part)
  return values.length > 0 && values.every((value) => typeof value === 'number')
}
