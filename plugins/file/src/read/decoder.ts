import type { EntryBatch } from './entry-batch.ts'
import type { Identity } from './identity.ts'

/** Where reading goes on: everything before it has been handed out. Plain data. */
export interface Position {
  /** Bytes of (unpacked) input. */
  readonly bytes: number
  /** Entries, values and malformed together. */
  readonly offset: number
  /** Lines that lie before it. */
  readonly line: number
  /** Columns that the header named; CSV only. */
  readonly columns?: readonly string[] | undefined
  /** How far into an array; JSON only. */
  readonly json?: JsonPlace | undefined
  /** The file that it is a place in. */
  readonly file?: Identity | undefined
}

/** What a JSON file is about to bring: its first byte, values one after the other, an element, a comma, nothing. */
export type JsonPlace = 'start' | 'values' | 'first' | 'element' | 'comma' | 'after'

/** The start of a file. */
export const fileStart: Position = { bytes: 0, offset: 0, line: 0 }

/** Turns chunks of bytes into entries. Keeps what a chunk leaves unfinished, up to the longest entry allowed. */
export interface Decoder {
  /** Decodes from `from` until the chunk or the batch is full; returns where it stopped. */
  decode(chunk: Buffer, from: number, out: EntryBatch): number
  /** The input is over: what is unfinished counts as an entry. */
  end(out: EntryBatch): void
  /** The place behind the last entry handed out; `offset` is the batch's to count. */
  position(offset: number): Position
}

/** What is known of the bytes of a chunk: decoding plain ASCII is cheaper, and clean UTF-8 needs no second look. */
export type Encoding = 'ascii' | 'utf8' | 'unknown'
