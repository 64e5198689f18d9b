// The stage `join`: what belongs together in two inputs, by key and event time.
// Two ways to join: pair-join.ts for records that lie near each other or in one window, lookup-join.ts for what was valid then.
// Nothing here reads a clock: results come, and state goes, with the records and the watermark alone.
// What a result looks like is in results.ts, which times belong together in reach.ts.
// Start with join.ts.
export { join, join as default } from './join.ts'
export type { JoinParameters } from './join-parameters.ts'
