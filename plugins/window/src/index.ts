// The stage `window`: named values over tumbling, sliding, session, count, global and cumulating windows, by key.
// The values themselves are those of @millrace/aggregate; event time, watermarks and state are the engine's.
// Nothing here reads a clock: windows open and close with the watermark alone.
// Custom code gets the records of a window with the aggregate list(record), or as an aggregate function of its own.
// Start with window.ts, then plan.ts for which windows there are and direct-windows.ts for when they give results.
export {
  checkEventWindows,
  createEventWindows,
  type EventWindows,
  eventWindowsSchema,
} from './event-windows.ts'
export type { Plan } from './plan.ts'
export { tooLate } from './too-late.ts'
export { window, window as default } from './window.ts'
export type { WindowParameters } from './window-parameters.ts'
