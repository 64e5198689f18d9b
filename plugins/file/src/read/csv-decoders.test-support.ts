import { CsvDecoder, type CsvDecoderOptions, wantedBy } from './csv-decoder.ts'
import { type Decoder, fileStart } from './decoder.ts'
import { EntryBatch } from './entry-batch.ts'
import { ScanningCsvDecoder } from './scanning-csv-decoder.ts'

/** What a decoder made of a piece of input, and where it stands then. */
type Told = Readonly<Record<string, unknown>>

/** The decoder that scans and the one that looks at every cell, fed with the same bytes. */
export class CsvDecoders {
  readonly #scanning: Decoder
  readonly #full: Decoder
  readonly #outs = [new EntryBatch(0), new EntryBatch(0)] as const
  readonly #wants: (column: string) => boolean

  constructor(options: Partial<CsvDecoderOptions>) {
    const all: CsvDecoderOptions = {
      path: 'rows.csv',
      maxLine: 100,
      delimiter: ',',
      types: 'infer',
      onHeader: () => undefined,
      ...options,
    }
    this.#scanning = new ScanningCsvDecoder(fileStart, all)
    this.#full = new CsvDecoder(fileStart, { ...all, fields: undefined })
    this.#wants = wantedBy(options.fields)
  }

  /** Decodes in chunks of some bytes; gives what either has told after each batch, less the fields that nobody wants. */
  decode(bytes: Buffer, chunkBytes: number): readonly [scanning: Told[], full: Told[]] {
    const scanning: Told[] = []
    const full: Told[] = []
    for (let from = 0; from < bytes.length; from += chunkBytes) {
      // A copy: whoever reads beyond a chunk must not find what follows there.
      const chunk = Buffer.from(bytes.subarray(from, from + chunkBytes))
      for (let at = 0; at < chunk.length;) {
        const stop = this.#scanning.decode(chunk, at, this.#outs[0])
        scanning.push({ stop, ...this.#told(this.#scanning, this.#outs[0]) })
        at = this.#full.decode(chunk, at, this.#outs[1])
        full.push({ stop: at, ...this.#told(this.#full, this.#outs[1]) })
        if (stop !== at) return [scanning, full]
      }
    }
    return [scanning, full]
  }

  /** The input is over. */
  end(): readonly [scanning: Told, full: Told] {
    this.#scanning.end(this.#outs[0])
    this.#full.end(this.#outs[1])
    return [this.#told(this.#scanning, this.#outs[0]), this.#told(this.#full, this.#outs[1])]
  }

  #told(decoder: Decoder, out: EntryBatch): Told {
    const position = decoder.position(out.offset)
    const { values, ...rest } = out.take(0, position)
    return { ...rest, values: values.map((value) => this.#pick(value)) }
  }

  /** As pairs: their order counts too. */
  #pick(value: unknown): unknown {
    const entries = Object.entries(value as Readonly<Record<string, unknown>>)
    return entries.filter(([column]) => this.#wants(column))
  }
}

/** So many malformed rows that nothing behind them is decoded in full. */
export const overlookedRows: Buffer = Buffer.from('"x"x\n'.repeat(1024))
