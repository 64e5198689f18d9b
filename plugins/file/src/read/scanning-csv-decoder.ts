import { CsvDecoder, type CsvDecoderOptions, wantedBy } from './csv-decoder.ts'
import { CsvScanner } from './csv-scanner.ts'
import type { Decoder, Position } from './decoder.ts'
import { encodingOf } from './decode-text.ts'
import type { EntryBatch } from './entry-batch.ts'

const newline = 10

/** So many entries are decoded in full, so that a report can name the fields that a job overlooks. */
const fullEntries = 1024

/** Decodes CSV row by row with a scanner; what that does not read, and headers, goes to the full decoder, line by line. */
export class ScanningCsvDecoder implements Decoder {
  readonly #options: CsvDecoderOptions
  #scanner: CsvScanner | undefined
  #full: CsvDecoder | undefined
  #place: Position
  /** Bytes of input that were taken; where the place lies in front of them, the full decoder holds a part of a row. */
  #taken: number
  #fullLeft: number
  /** Whether a prefilter finds in the records what it looks at. */
  readonly #isSifting: boolean

  /**
   * `options.fields`: the only fields (paths) anyone looks at; of each the first name counts. `prefilterReads`: the same of the prefilter
   * that the batches ask.
   */
  constructor(position: Position, options: CsvDecoderOptions, prefilterReads?: readonly string[]) {
    this.#options = options
    this.#place = { ...position, columns: position.columns ?? options.columns }
    this.#taken = position.bytes
    const wants = wantedBy(options.fields)
    this.#isSifting = prefilterReads?.every((read) => wants(read.split('.', 1)[0] ?? '')) === true
    this.#fullLeft = options.fields === undefined && !this.#isSifting ? 0 : fullEntries
  }

  decode(chunk: Buffer, from: number, out: EntryBatch): number {
    if (this.#isSifting && this.#fullLeft === 0) out.sift()
    const isText = encodingOf(chunk, from) !== 'unknown'
    let at = from
    while (at < chunk.length && !out.isFull) {
      const stop = isText ? this.#scan(chunk, at, out) : at
      at = out.isFull ? stop : this.#decodeLine(chunk, stop, out)
    }
    return at
  }

  end(out: EntryBatch): void {
    this.#full?.end(out)
    if (this.#full !== undefined) this.#place = this.#full.position(out.offset)
  }

  position(offset: number): Position {
    return { ...this.#place, offset }
  }

  /** Reads the rows that the scanner reads; gives the place behind them. */
  #scan(chunk: Buffer, from: number, out: EntryBatch): number {
    const { bytes, columns, line } = this.#place
    if (columns === undefined || this.#fullLeft > 0 || bytes !== this.#taken) return from
    this.#scanner ??= createScanner(columns, this.#options)
    if (this.#scanner === undefined) return from
    const stop = this.#scanner.read(chunk, from, line, out)
    if (stop === from) return from
    this.#full = undefined
    this.#taken += stop - from
    this.#place = { ...this.#place, bytes: this.#taken, line: this.#scanner.lines }
    return stop
  }

  #decodeLine(chunk: Buffer, from: number, out: EntryBatch): number {
    if (from === chunk.length) return from
    const end = chunk.indexOf(newline, from)
    const stop = end === -1 ? chunk.length : end + 1
    const { offset } = out
    this.#full ??= new CsvDecoder(this.#place, {
      ...this.#options,
      fields: this.#fullLeft > 0 ? undefined : this.#options.fields,
    })
    this.#full.decode(chunk.subarray(0, stop), from, out)
    this.#taken += stop - from
    this.#place = this.#full.position(out.offset)
    if (this.#fullLeft > 0) {
      this.#fullLeft -= out.offset - offset
      if (this.#fullLeft === 0) this.#full = undefined
    }
    return stop
  }
}

function createScanner(
  columns: readonly string[],
  options: CsvDecoderOptions,
): CsvScanner | undefined {
  if (!CsvScanner.takes({ ...options, columns })) return undefined
  return new CsvScanner({ ...options, columns, wants: wantedBy(options.fields) })
}
