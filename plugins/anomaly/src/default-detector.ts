import type { DetectorDefinition } from '@millrace/sdk'
import { sensors } from './detectors/sensors.ts'
import { ensemble } from './ensemble.ts'
import type { RankScaleOptions } from './judge/rank-scale.ts'

/** The detector of points with so many numbers where none is named. */
export const defaultDetector = (dimensions: number): DetectorDefinition =>
  dimensions === 1 ? ensemble : sensors

/**
 * How scores are ranked, of points with so many numbers. Faults of several sensors last: compared with their own scores they would be
 * usual after a few points, so that these are compared with only a hundred points later.
 */
export const defaultScale = (dimensions: number): RankScaleOptions =>
  dimensions === 1 ? {} : { delay: 100 }
