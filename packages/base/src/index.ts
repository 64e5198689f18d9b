// The foundation of every Millrace package: coded errors, time, chance and small data structures.
// It depends on nothing and runs anywhere; it knows neither actors nor streams.
// Durations are milliseconds and sizes are bytes wherever no unit is written.
// Nothing here reads a clock: what needs one gets a Runtime.
// Start with errors/define-error.ts and runtime.ts.
export { copyData } from './copy-data.ts'
export { formatDuration, parseDuration } from './duration.ts'
export { defineError, type ErrorOf } from './errors/define-error.ts'
export { isMillraceError, MillraceError, placed, type Where } from './errors/millrace-error.ts'
export { renderError, renderWhere } from './errors/render-error.ts'
export { idPattern } from './id-pattern.ts'
export { invariant } from './invariant.ts'
export { encodeKey, type KeyValue } from './keys/encode-key.ts'
export { hashBytes } from './keys/hash-bytes.ts'
export { hashKey } from './keys/hash-key.ts'
export { messageOf } from './message-of.ts'
export { nearestName } from './nearest-name.ts'
export { createRandom } from './random.ts'
export { RingBuffer } from './ring-buffer.ts'
export { RowLayout, type RowStore, type SavedRow } from './row-layout.ts'
export { isSameShape, readRow, type RowShape, shifted } from './row-shape.ts'
export { createRowView, type RowInHand } from './row-view.ts'
export type { Runtime } from './runtime.ts'
export { setField } from './set-field.ts'
export { formatSize, parseSize } from './size.ts'
export { type TimerEntry, TimerHeap } from './timer-heap.ts'
