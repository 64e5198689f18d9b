import type { NabFile } from './nab-file.ts'
import { type NabOutcomes, scoreNab } from './nab-score.ts'

/** What NAB's profiles give at a threshold. */
export interface AtThreshold {
  readonly threshold: number
  readonly outcomes: NabOutcomes
}

/** Half a nine more each, from 0.9 to nine of them. */
const thresholds = Array.from({ length: 17 }, (_, index) => 1 - 10 ** -(1 + index / 2))

/** The figures at thresholds from 0.9 on; none without files. */
export function curveOf(files: readonly NabFile[]): readonly AtThreshold[] {
  if (files.length === 0) return []
  return thresholds.map((threshold) => ({ threshold, outcomes: scoreNab(files, threshold) }))
}
