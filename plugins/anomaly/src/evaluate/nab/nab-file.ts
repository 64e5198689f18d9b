import { probationOf, type Rows } from '../data/series.ts'

/** The scores of a series with what NAB gives for each row, were it flagged. */
export interface NabFile {
  readonly name: string
  readonly group: string
  /** Rows before it are never looked at. */
  readonly probation: number
  readonly scores: Float64Array
  /** Windows that end after probation. */
  readonly windows: readonly Rows[]
  /** Number of the window that a row is in, or -1. */
  readonly windowOf: Int32Array
  /** Within a window what finding it here is worth, above 0 to 1; outside what it costs, below 0 to -1, before weights. */
  readonly worth: Float64Array
}

const sigmoid = (y: number): number => 2 / (1 + Math.exp(5 * y)) - 1
const atBegin = sigmoid(-1)

/** Where a false alarm is as far from the window before it as can be, in lengths of that window. */
const FAR = 3

/** What each row of a file is worth under NAB's scoring function. `windows` stand in order and apart. */
export function nabFile(
  name: string,
  group: string,
  scores: Float64Array,
  windows: readonly Rows[],
): NabFile {
  const { length } = scores
  const probation = probationOf(length)
  const windowOf = new Int32Array(length).fill(-1)
  const worth = new Float64Array(length).fill(-1)
  const reached = windows.filter(([, last]) => last >= probation)
  windows.forEach(([first, last], index) => {
    const number = reached.indexOf(windows[index] as Rows)
    const width = last - first + 1
    for (let row = first; row <= last; row++) {
      windowOf[row] = number
      worth[row] = sigmoid(-(last - row + 1) / width) / atBegin
    }
    const next = windows[index + 1]?.[0] ?? length
    for (let row = last + 1; row < next; row++) {
      const away = (row - last) / (width - 1)
      worth[row] = away > FAR ? -1 : sigmoid(away)
    }
  })
  return { name, group, probation, scores, windows: reached, windowOf, worth }
}
