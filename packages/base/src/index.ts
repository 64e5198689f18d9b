// The foundation of every Millrace package: coded errors, time, chance and small data structures.
// It depends on nothing and runs anywhere; it knows neither actors nor streams.
// Start with errors/define-error.ts and runtime.ts.
export { defineError, type ErrorOf } from './errors/define-error.ts'
export { isMillraceError, MillraceError, type Where } from './errors/millrace-error.ts'
export { renderError, renderWhere } from './errors/render-error.ts'
export type { Runtime } from './runtime.ts'
