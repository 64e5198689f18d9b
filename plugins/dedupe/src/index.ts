// The stage `dedupe`: passes the first record of each key within a time, and sends the others to an output of their own.
// What is the same, `of` or the stage's `by` says; the time is event time, so replays give the same results.
// The first is the first to arrive: put the stage `sort` in front of it where the earliest must win.
// It remembers a record until the watermark has passed its time and `within`, and nothing behind that.
// Start with dedupe.ts, then seen.ts.
export type { DedupeParameters } from './dedupe-parameters.ts'
export { dedupe, dedupe as default } from './dedupe.ts'
