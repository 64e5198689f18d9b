// The stage `top-n`: the best records by a value, per key, over the whole input or per window of event time.
// It keeps no more than `n` records per key and window, and ties: what is not among the best so far never will be.
// The windows are those of @millrace/window; event time, watermarks and state are the engine's.
// Records of equal value rank by event time, then in the order in which they came.
// Start with top-n.ts, then whole-tops.ts and window-tops.ts.
export { topN, topN as default } from './top-n.ts'
export type { TopNParameters } from './top-n-parameters.ts'
