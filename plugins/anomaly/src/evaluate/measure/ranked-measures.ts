import type { Rows } from '../data/series.ts'
import { vusPr } from './vus-pr.ts'

/** How well scores rank the rows that are labelled above the others; no threshold, and each row counts for itself. */
export interface RankedMeasures {
  /** Area under precision over recall: of a random order the share of labelled rows, of a perfect one 1. */
  readonly aucPr: number
  /** The best harmonic mean of precision and recall over all thresholds. */
  readonly bestF1: number
  /** Volume under the surface of precision over recall, which forgives being a little early or late. */
  readonly vusPr: number
  /** Whether the row with the highest score, of equals the first, is at a labelled stretch. */
  readonly located: boolean
}

/** A row counts as found this near to a stretch that is shorter: the rule of the UCR anomaly archive. */
const NEAR = 100

/** Undefined where no row from `from` on is labelled. Earlier rows are not looked at. */
export function rankedMeasures(
  scores: Float64Array,
  windows: readonly Rows[],
  from: number,
): RankedMeasures | undefined {
  const reached = windows.filter(([, last]) => last >= from)
  if (reached.length === 0) return undefined
  const labels = new Uint8Array(scores.length)
  for (const [first, last] of reached) labels.fill(1, first, last + 1)
  const highest = scores.reduce(
    (best, score, row) => (row > from && score > (scores[best] as number) ? row : best),
    from,
  )
  const located = reached.some(([first, last]) => {
    const near = Math.max(NEAR, last - first + 1)
    return highest >= first - near && highest <= last + near
  })
  const moved = reached.map(([first, last]): Rows => [Math.max(0, first - from), last - from])
  const volume = vusPr(scores.subarray(from), moved)
  return { ...overThresholds(scores, labels, from), vusPr: volume, located }
}

function overThresholds(
  scores: Float64Array,
  labels: Uint8Array,
  from: number,
): Pick<RankedMeasures, 'aucPr' | 'bestF1'> {
  const order = Uint32Array.from({ length: scores.length - from }, (_, index) => from + index)
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number))
  const total = labels.subarray(from).reduce((sum, label) => sum + label, 0)
  let [hits, before, aucPr, bestF1] = [0, 0, 0, 0]
  order.forEach((row, index) => {
    hits += labels[row] as number
    // Rows with equal scores cross a threshold together.
    if (index + 1 < order.length && scores[order[index + 1] as number] === scores[row]) return
    const precision = hits / (index + 1)
    aucPr += (precision * (hits - before)) / total
    bestF1 = Math.max(bestF1, (2 * hits) / (index + 1 + total))
    before = hits
  })
  return { aucPr, bestF1 }
}
