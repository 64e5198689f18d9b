import { createRandom } from '@millrace/base'
import { expect, it } from 'vitest'
import { CsvDecoders, overlookedRows } from './csv-decoders.test-support.ts'

/** Rows to try; for a long hunt: FUZZ_ROWS=5000000 vitest run --project unit csv-fuzz */
const rows = Number(process.env['FUZZ_ROWS'] ?? 20_000)
const seed = Number(process.env['FUZZ_SEED'] ?? 6)
const rowsAtOnce = 500

const random = createRandom(seed)
const below = (limit: number): number => Math.floor(random() * limit)
const oneOf = <T>(list: readonly T[]): T => list[below(list.length)] as T

const makers: readonly (() => string)[] = [
  () => String(below(1000)),
  () => String(below(2 ** 31) * 1000),
  () => (below(1_000_000) / 100).toFixed(below(4)),
  () => String((random() - 0.5) * 10 ** (below(40) - 20)),
  () => `user-${below(50)}`,
  () => '2026-11-22 04:40',
  () => oneOf(['true', 'false', '', '', 'null', 'ÿé', '日本', '-0', '-', '0.0', '1e5']),
  () => `"${oneOf(['a', '', '12', 'a ""b""', 'x,y', 'a\nb', 'ÿé', 'true'])}"`,
]
const strange = Buffer.from('"",,\r\n\n0123456789.-+eE x\0\uFEFFé')

function row(): string {
  const cells = Array.from({ length: 5 }, () => oneOf(makers)())
  return cells.join(',') + oneOf(['\n', '\n', '\n', '\r\n'])
}

/** Some rows, most of them as they were written, the others with a few bytes changed, put in or taken out. */
function mutatedRows(): Buffer {
  const list: Buffer[] = []
  for (let count = 0; count < rowsAtOnce; count++) {
    let bytes = Buffer.from(row())
    for (let edits = below(8) - 4; edits > 0; edits--) {
      const at = below(bytes.length + 1)
      const byte = below(10) === 0 ? below(256) : (strange[below(strange.length)] as number)
      const head = bytes.subarray(0, at)
      bytes = Buffer.concat([head, Buffer.from([byte]), bytes.subarray(at + below(3))])
    }
    list.push(bytes)
  }
  return Buffer.concat(list)
}

it(
  'gives of mutated rows what the full decoder gives',
  { timeout: Number.POSITIVE_INFINITY },
  () => {
    const columns = ['a', 'b', 'c', 'd', 'e']
    const sessions = [
      new CsvDecoders({ columns }),
      new CsvDecoders({ columns, fields: ['b', 'd.x'] }),
      new CsvDecoders({ columns, types: 'strings', fields: ['a', 'c', 'e'] }),
      new CsvDecoders({ columns, types: { a: 'number', c: 'string' } }),
      new CsvDecoders({ columns, types: { b: 'number', d: 'boolean' }, fields: ['a', 'b'] }),
    ]
    for (const session of sessions) session.decode(overlookedRows, overlookedRows.length)
    for (let count = 0; count < rows; count += rowsAtOnce) {
      const bytes = mutatedRows()
      const chunkBytes = oneOf([50, 1000, bytes.length])
      const [scanning, full] = oneOf(sessions).decode(bytes, chunkBytes)

      expect(scanning, `FUZZ_SEED=${seed}`).toStrictEqual(full)
    }
    for (const session of sessions) {
      const [scanning, full] = session.end()

      expect(scanning).toStrictEqual(full)
    }
  },
)
