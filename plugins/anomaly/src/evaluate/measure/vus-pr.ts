import type { Rows } from '../data/series.ts'

/** Widths of the buffer around labelled stretches, in rows of both sides together. */
const BUFFERS = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]

/**
 * Volume under the surface of precision over recall (Paparrizos et al., VLDB 2022): the mean of the area under it as labels grow soft
 * edges, from none to 50 rows on each side, so that a detector that is a little early or late is not punished as one that is blind.
 * Recall is of soft labels, times the share of stretches in which anything is flagged. All scores are thresholds. `windows` are rows
 * of `scores`, in order and apart, at least one.
 */
export function vusPr(scores: Float64Array, windows: readonly Rows[]): number {
  const order = Uint32Array.from(scores.keys())
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number))
  const areas = BUFFERS.map((width) =>
    areaOf(scores, order, softened(scores.length, windows, width)),
  )
  return areas.reduce((sum, area) => sum + area, 0) / BUFFERS.length
}

interface SoftLabels {
  /** From 0 to 1: 1 within a stretch, falling beside it. */
  readonly labels: Float64Array
  /** Number of the stretch that a row is in, its edges included, or -1. */
  readonly stretchOf: Int32Array
  readonly stretches: number
  /** What recall is a share of: the mean of hard and soft labels. */
  readonly total: number
}

function softened(length: number, windows: readonly Rows[], width: number): SoftLabels {
  const labels = new Float64Array(length)
  let hard = 0
  for (const [first, last] of windows) {
    hard += last - first + 1
    labels.fill(1, first, last + 1)
    for (let away = 1; away <= width / 2; away++) {
      for (const row of [first - away, last + away]) {
        if (row < 0 || row >= length) continue
        labels[row] = Math.min(1, (labels[row] as number) + Math.sqrt(1 - away / width))
      }
    }
  }
  const stretchOf = new Int32Array(length).fill(-1)
  let stretches = 0
  labels.forEach((label, row) => {
    if (label === 0) return
    if (row === 0 || labels[row - 1] === 0) stretches++
    stretchOf[row] = stretches - 1
  })
  const soft = labels.reduce((sum, label) => sum + label, 0)
  return { labels, stretchOf, stretches, total: (hard + soft) / 2 }
}

function areaOf(
  scores: Float64Array,
  order: Uint32Array,
  { labels, stretchOf, stretches, total }: SoftLabels,
): number {
  const isFound = new Uint8Array(stretches)
  let [hits, found, before, area] = [0, 0, 0, 0]
  order.forEach((row, index) => {
    hits += labels[row] as number
    const stretch = stretchOf[row] as number
    if (stretch >= 0 && isFound[stretch] === 0) {
      isFound[stretch] = 1
      found++
    }
    // Rows with equal scores cross a threshold together.
    if (index + 1 < order.length && scores[order[index + 1] as number] === scores[row]) return
    const recall = (Math.min(1, hits / total) * found) / stretches
    area += (recall - before) * (hits / (index + 1))
    before = recall
  })
  return area
}
