import { expect, it } from 'vitest'
import { fileStart } from './decoder.ts'
import { decodeLine } from './decode-text.ts'
import { EntryBatch, rawBytesMax } from './entry-batch.ts'
import { JsonDecoder } from './json-decoder.ts'
import { LineDecoder } from './line-decoder.ts'

const decoders = {
  lines: () => new LineDecoder(fileStart, { maxLine: 10, take: decodeLine }),
  json: () => new JsonDecoder(fileStart, { maxLine: 10 }),
}

it.each(['lines', 'json'] as const)(
  'of %s that are too long the same is shown wherever they were cut',
  (format) => {
    // A character lies across the end of what is shown.
    const text = `"${'x'.repeat(rawBytesMax - 2)}é"\n`
    const bytes = Buffer.from(text)
    const raws = [rawBytesMax, rawBytesMax + 1, rawBytesMax + 2, bytes.length].map((cut) => {
      const out = new EntryBatch(0)
      const decoder = decoders[format]()
      decoder.decode(bytes.subarray(0, cut), 0, out)
      decoder.decode(bytes.subarray(cut), 0, out)
      decoder.end(out)
      return out.take(0, undefined).malformed?.map(({ raw }) => raw)
    })

    const shown = text.slice(0, rawBytesMax - 1)
    expect(raws.map((raw) => raw?.map((one) => one === shown))).toEqual([
      [true],
      [true],
      [true],
      [true],
    ])
  },
)
