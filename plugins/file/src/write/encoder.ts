import type { LineBuffer } from './line-buffer.ts'
import type { Refusal } from './refusal.ts'

/** Turns the records of one file into bytes. Each ends where a line ends, but for JSON, whose last line waits for the close. */
export interface Encoder {
  /** Adds one record, or says why there is none; then nothing is added. */
  encode(value: unknown, out: LineBuffer): Refusal | undefined
  /** Adds what closes the file. */
  close(out: LineBuffer): void
  /** Columns that the first record named; CSV only. */
  readonly columns?: readonly string[] | undefined
}

/** What an encoder goes by beside the format. */
export interface EncoderOptions {
  /** The columns to write; CSV only. */
  readonly columns?: readonly string[] | undefined
  /** The file has records already, so it needs no header. */
  readonly isContinued: boolean
  /** Columns that the first record of an earlier run named. */
  readonly named?: readonly string[] | undefined
}
