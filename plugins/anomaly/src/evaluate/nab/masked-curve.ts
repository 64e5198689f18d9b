import type { NabFile } from './nab-file.ts'
import { type NabCounts, nabProfiles, type NabProfile } from './nab-score.ts'

/**
 * What is counted in a file at each threshold when an alert silences the `span` rows behind it: at threshold t the first row that
 * reaches t is flagged, then the first one past its span, and so on. Which rows are flagged so does not shrink as t rises, so that no
 * column of scores can say it for all thresholds; this says it for each.
 */
export interface MaskedCurve {
  readonly file: NabFile
  /** All scores there are, the highest first, each once. */
  readonly thresholds: Float64Array
  /** Of each threshold. */
  readonly counts: readonly NabCounts[]
}

/** Rows whose largest score is looked up together. */
const BLOCK = 64

/** Takes some 64 steps for each row that is flagged at each of the thresholds. `span` is at least 1. */
export function maskedCurve(file: NabFile, span: number): MaskedCurve {
  const { scores, probation } = file
  const thresholds = Float64Array.from(new Set(scores.subarray(probation)))
    .toSorted()
    .toReversed()
  const peaks = new Float64Array(Math.ceil(scores.length / BLOCK)).fill(-Infinity)
  scores.forEach((score, row) => {
    const block = Math.floor(row / BLOCK)
    if (score > (peaks[block] as number)) peaks[block] = score
  })
  const counts = Array.from(thresholds, (threshold) => countMasked(file, span, threshold, peaks))
  return { file, thresholds, counts }
}

function countMasked(
  file: NabFile,
  span: number,
  threshold: number,
  peaks: Float64Array,
): NabCounts {
  const { scores, windowOf, worth } = file
  let [hits, found, falses, falseRows, lastWindow] = [0, 0, 0, 0, -1]
  let row = nextAt(scores, peaks, threshold, file.probation)
  while (row < scores.length) {
    const window = windowOf[row] as number
    if (window < 0) {
      falses += worth[row] as number
      falseRows++
    } else if (window !== lastWindow) {
      // The first row that is flagged in a window is the one that is worth most.
      hits += worth[row] as number
      found++
      lastWindow = window
    }
    row = nextAt(scores, peaks, threshold, row + span + 1)
  }
  return { hits, found, missed: file.windows.length - found, falses, falseRows }
}

/** The first row from `from` on that reaches the threshold; the length where there is none. */
function nextAt(
  scores: Float64Array,
  peaks: Float64Array,
  threshold: number,
  from: number,
): number {
  let row = from
  while (row < scores.length) {
    if (row % BLOCK === 0 && (peaks[row / BLOCK] as number) < threshold) row += BLOCK
    else if ((scores[row] as number) >= threshold) return row
    else row++
  }
  return scores.length
}

/** The threshold that serves the files best in a profile; of equals the highest; Infinity where nothing flagged is best. */
export function tuneMasked(curves: readonly MaskedCurve[], profile: NabProfile): number {
  const { hit, miss, falseRow } = nabProfiles[profile]
  const valueOf = ({ hits, missed, falses }: NabCounts): number =>
    hit * hits - miss * missed + falseRow * falses
  const steps = curves.flatMap(({ file, thresholds, counts }) =>
    counts.map((count, index) => {
      const before = counts[index - 1]
      const was = before === undefined ? -miss * file.windows.length : valueOf(before)
      return { threshold: thresholds[index] as number, gain: valueOf(count) - was }
    }),
  )
  steps.sort((a, b) => b.threshold - a.threshold)
  let [value, best, threshold] = [0, 0, Infinity]
  steps.forEach((step, index) => {
    value += step.gain
    if (steps[index + 1]?.threshold === step.threshold) return
    // What adding up in another order leaves is no gain.
    if (value > best + 1e-9) [best, threshold] = [value, step.threshold]
  })
  return threshold
}

/** What is counted at a threshold that need not be one of the file's own. */
export function countsAt({ file, thresholds, counts }: MaskedCurve, threshold: number): NabCounts {
  const below = thresholds.findIndex((own) => own < threshold)
  const index = (below < 0 ? thresholds.length : below) - 1
  const nothing = { hits: 0, found: 0, missed: file.windows.length, falses: 0, falseRows: 0 }
  return counts[index] ?? nothing
}
