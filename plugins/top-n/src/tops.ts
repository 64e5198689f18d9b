import type { Key, LateRecord } from '@millrace/sdk'
import type { Entry, Ranking } from './ranking.ts'

/** What the stage knows of the record in hand. One object, reused. */
export interface At {
  readonly timestamp: number
  readonly key: Key | undefined
  /** The watermark in front of the record. */
  readonly watermark: number
}

/** Where results go that come without a record in hand. */
export type Give = (value: Record<string, unknown>, timestamp: number) => void

/** The best of the keys, over the whole input or per window. */
export interface Tops {
  /** `move` does nothing at a watermark below. */
  readonly due: number
  /** Ranks a record. Gives what to say of it where it is too late. */
  take(value: number, record: unknown, at: At): LateRecord | undefined
  /** The watermark moves from `before` to `watermark`: what is due is given, a key with each step, which gives 1. */
  move(watermark: number, before: number, give: Give): Iterator<number>
  /** The input is over. */
  end(give: Give): void
}

/** Gives a result for each of the best, in order. `update` tells which result of its key and rank each is. */
export function giveAll(
  ranking: Ranking,
  best: readonly Entry[],
  fields: Readonly<Record<string, unknown>>,
  timestamp: number,
  give: Give,
  update?: { readonly revision: number; readonly final: boolean },
): void {
  const ranks = ranking.ranks(best)
  for (const [index, { value, record }] of best.entries()) {
    give({ ...fields, rank: ranks[index], value, record, ...update }, timestamp)
  }
}
