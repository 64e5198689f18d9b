import type { DetectorDefinition } from '@millrace/sdk'
import { discord } from './detectors/discord.ts'
import { entropy } from './detectors/entropy.ts'
import { ewma } from './detectors/ewma.ts'
import { gaussian } from './detectors/gaussian.ts'
import { halfSpace } from './detectors/half-space.ts'
import { holtWinters } from './detectors/holt-winters.ts'
import { knn } from './detectors/knn.ts'
import { loda } from './detectors/loda.ts'
import { mad } from './detectors/mad.ts'
import { pca } from './detectors/pca.ts'
import { profile } from './detectors/profile.ts'
import { rangeRule } from './detectors/range-rule.ts'
import { recall } from './detectors/recall.ts'
import { regression } from './detectors/regression.ts'
import { rrcf } from './detectors/rrcf.ts'
import { seasonal } from './detectors/seasonal.ts'
import { sensors } from './detectors/sensors.ts'
import { shape } from './detectors/shape.ts'
import { spectral } from './detectors/spectral.ts'
import { spike } from './detectors/spike.ts'
import { still } from './detectors/still.ts'

/** The detectors that can be members of an ensemble: all but itself. */
export const memberDetectors: readonly DetectorDefinition[] = [
  rangeRule,
  ewma,
  mad,
  gaussian,
  holtWinters,
  seasonal,
  spectral,
  regression,
  entropy,
  knn,
  profile,
  recall,
  discord,
  shape,
  spike,
  still,
  rrcf,
  halfSpace,
  sensors,
  loda,
  pca,
]
