import type { LateRecord } from '@millrace/sdk'
import type { At } from './windows.ts'

/** A record that came too late for `window`, the last one that would have held it, and all others. */
export function tooLate(
  record: unknown,
  { timestamp, watermark }: At,
  { end, start }: { readonly start: number; readonly end: number },
  latenessMs: number,
): LateRecord {
  return {
    record,
    eventTime: timestamp,
    watermark,
    windowStart: start,
    windowEnd: end,
    lateBy: watermark - end - latenessMs,
  }
}
