import type { DetectorDefinition } from '@millrace/sdk'
import { ensemble } from './ensemble.ts'
import { memberDetectors } from './member-detectors.ts'

/** The detectors that a short name stands for. */
export const detectors: readonly DetectorDefinition[] = [...memberDetectors, ensemble]
