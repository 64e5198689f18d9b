// Detectors of anomalies that learn online, one for each key of a stream, and what makes alerts of their scores.
// A detector tells how strange a point is; ranks, thresholds and policies are the same for all of them.
// All memory is bounded, seeded and part of the stage's state.
// Nothing here knows the engine: a detector is a state machine over points.
// Start with anomaly.ts, the stage, and detectors/range-rule.ts, the smallest of them.
export { anomaly, anomaly as default } from './anomaly.ts'
export type { AnomalyParameters } from './anomaly-parameters.ts'
export { drift } from './drift-stage.ts'
export type { DriftStageParameters } from './drift-stage.ts'
export { ewma } from './detectors/ewma.ts'
export { gaussian } from './detectors/gaussian.ts'
export { holtWinters } from './detectors/holt-winters.ts'
export { mad } from './detectors/mad.ts'
export { rangeRule } from './detectors/range-rule.ts'
export { knn } from './detectors/knn.ts'
export { rrcf } from './detectors/rrcf.ts'
export { profile } from './detectors/profile.ts'
export { halfSpace } from './detectors/half-space.ts'
export { seasonal } from './detectors/seasonal.ts'
export { spectral } from './detectors/spectral.ts'
export { ensemble } from './ensemble.ts'
export { recall } from './detectors/recall.ts'
export { shape } from './detectors/shape.ts'
export { regression } from './detectors/regression.ts'
export type { Model, WindowShape } from './model/model.ts'
export { entropy } from './detectors/entropy.ts'
export { loda } from './detectors/loda.ts'
export { pca } from './detectors/pca.ts'
export { sensors } from './detectors/sensors.ts'
