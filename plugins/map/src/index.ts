// The stage `map`: makes a new record from each one by setting, selecting, dropping and renaming fields.
// It emits exactly one record for each; to take records out use `filter`.
// It never changes the incoming record: records are shared.
// Expressions are those of @millrace/expression and see the incoming record.
// Start with map.ts, then compile-map.ts.
export { map, map as default } from './map.ts'
export type { MapParameters } from './map-parameters.ts'
