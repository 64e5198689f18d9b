import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createRandom } from '@millrace/base'
import type { SourceInstance } from '@millrace/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFileSource, type FileSourceParameters } from '../file-source.ts'
import { readByParse } from './json-lines-oracle.test-support.ts'
import { JsonLines } from './json-lines.test-support.ts'
import { type Asked, JsonReading } from './json-reading.test-support.ts'
import { someTests } from './telling-prefilter.test-support.ts'

/** Lines to try; for a long hunt: FUZZ_LINES=5000000 vitest run --project unit json-fuzz */
const lines = Number(process.env['FUZZ_LINES'] ?? 60_000)
/** Each file has a seed of its own, the next one: what a failure names is the first of the two that are read. */
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 6)

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'json-fuzz-'))
})
afterAll(() => rm(folder, { recursive: true }))

const fieldsAsked = [undefined, undefined, [], ['user', 'amount'], ['x.y', 'user', 'at'], ['größe']]
const readsAsked = [undefined, undefined, ['x'], ['user', 'y.x'], ['amount'], ['__proto__'], []]
const sizes = { '50B': 50, '200B': 200, '3KiB': 3072, '1MiB': 2 ** 20 } as const

/** Pieces of a file, of sizes that lie far from each other. */
function* pieces(bytes: Buffer, made: JsonLines): Generator<Buffer> {
  const steady = made.oneOf([undefined, 400_000, 20_000, 300])
  const next = (): number => 1 + made.below(steady ?? made.oneOf([8, 200, 5000, 300_000]))
  for (let from = 0; from < bytes.length;) {
    const size = next()
    // A copy: whoever reads beyond a piece must not find what follows there.
    yield Buffer.from(bytes.subarray(from, from + size))
    from += size
  }
}

/** Reads from somewhere to the end, and looks at each batch; gives the positions behind them. */
async function follow(
  source: SourceInstance,
  path: string,
  reading: JsonReading,
  { fields, raw }: Asked,
  position?: unknown,
): Promise<unknown[]> {
  const { signal } = new AbortController()
  const positions: unknown[] = []
  const { prefilter } = reading
  for await (const batch of source.read(path, position, { fields, prefilter, raw, signal })) {
    reading.take(batch)
    positions.push(batch.position)
  }
  reading.end()
  return positions
}

/** Reads one file in several ways; gives the lines it has, and how many records were not made as a whole. */
async function readFile(seed: number): Promise<{ readonly count: number; readonly less: number }> {
  const made = new JsonLines(createRandom(seed))
  const bytes = made.file(1500 + made.below(5000))
  const maxLine = made.oneOf(['50B', '200B', '3KiB', '1MiB', '1MiB', '1MiB'] as const)
  const file = readByParse(bytes, sizes[maxLine], maxLine)
  const told = made.below(2) === 0 ? someTests((limit) => made.below(limit)) : undefined
  const asked = { fields: made.oneOf(fieldsAsked), reads: made.oneOf(readsAsked), told }
  const whole = { ...asked, raw: made.below(2) === 0 }
  const stdin = (): Readable => Readable.from(pieces(bytes, made))
  const parametersOf = (path: string): FileSourceParameters => ({
    path,
    format: 'jsonl',
    compression: 'none',
    types: 'infer',
    maxLine,
  })
  const reading = new JsonReading(file, bytes, whole)
  await follow(createFileSource(parametersOf('-'), { stdin }), '-', reading, whole)
  if (made.below(4) === 0) {
    const path = join(folder, `${seed}.jsonl`)
    await writeFile(path, bytes)
    const chunkBytes = made.oneOf([100, 5000, 256 * 1024])
    const source = createFileSource(parametersOf(path), { chunkBytes })
    const first = new JsonReading(file, bytes, whole)
    const positions = await follow(source, path, first, whole)
    const position = made.oneOf(positions) as { readonly offset: number } | undefined
    const rest = new JsonReading(file, bytes, whole, position?.offset)
    await follow(source, path, rest, whole, position)
  }
  return { count: file.starts.length - 1, less: reading.partial + reading.leftOut }
}

it(
  'gives of mutated lines what JSON.parse gives of each',
  { timeout: Number.POSITIVE_INFINITY },
  async () => {
    let read = 0
    let less = 0
    for (let seed = firstSeed; read < lines; seed += 2) {
      try {
        // Two files in turns: what one leaves behind must not be seen in the other.
        for (const one of await Promise.all([readFile(seed), readFile(seed + 1)])) {
          read += one.count
          less += one.less
        }
      } catch (error) {
        throw new Error(`FUZZ_SEED=${seed}`, { cause: error })
      }
    }

    // Or the quick ways were never tried.
    expect(less).toBeGreaterThan(lines / 100)
  },
)
