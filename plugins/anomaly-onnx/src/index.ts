// Models of files in the format ONNX for the stage anomaly: anomaly: { field: value, model: { onnx: model.onnx } }.
// A package of its own, since the runtime that it brings is large; the stage imports it when a job names such a model.
// Windows come in batches, and are computed in a process of their own, which is ended where it takes too long.
// What is learnt of the scores is the stage's: a model itself never changes.
// Start with open-onnx-model.ts.
export { openOnnxModel, type OnnxModelOptions } from './open-onnx-model.ts'
