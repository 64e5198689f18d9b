import type { Key, OutputHandle, RecordContext, StageContext } from '@millrace/sdk'
import type { Side, Stretch } from './reach.ts'

/** What a join does with the records of its two sides. */
export interface Joining {
  take(side: Side, record: unknown, context: RecordContext): void
  /** The watermark moves: results that are certain now come, and what nothing can match any more goes. */
  release(watermark: number, context: StageContext): void
  /** How far its results may lie behind the watermark, ms. */
  readonly lagMs: number
}

/** What both ways to join are made of. */
export interface JoiningOptions {
  /** Names of the inputs by side. */
  readonly names: readonly [left: string, right: string]
  readonly keyNames: readonly string[]
  readonly latenessMs: number
  readonly late: OutputHandle
}

/** Why a record of a side that gives nothing without a match counts as filtered. */
export const NULL_KEY = 'null key'

/** Null is a key that matches nothing. */
export function hasNull(key: Key | undefined, names: readonly string[]): boolean {
  if (key === undefined) return false
  for (const name of names) if (key[name] === null) return true
  return false
}

/** A record that came too late for its results to be right. */
export function lateRecord(
  input: string,
  record: unknown,
  { timestamp, watermark }: RecordContext,
  { closes, window }: { readonly closes: number; readonly window: Stretch | undefined },
): Record<string, unknown> {
  const lateBy = watermark - closes
  return { input, record, eventTime: timestamp, watermark, ...window, lateBy }
}
