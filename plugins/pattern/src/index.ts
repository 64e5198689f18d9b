// The stage `pattern`: finds sequences of records in event time, per key, such as a small payment and then a large one.
// A subset of what SQL calls MATCH_RECOGNIZE: steps, times, absence, a longest time, two ways to go on behind a match.
// Records are looked at in the order of event time; event time, watermarks, timers and state are the engine's.
// What matches when several could is said in README.md, and by a slow oracle in the tests.
// Start with pattern.ts, then take-record.ts for how partial matches go on.
export { pattern, pattern as default } from './pattern.ts'
export type { PatternParameters } from './pattern-parameters.ts'
