import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Extent, type Piece, type SourceBatch, tryParseParameters } from '@millrace/sdk'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFileSource, fileSource, type FileSourceParameters } from './file-source.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pieces-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const { signal } = new AbortController()

const taken = (parameters: object): FileSourceParameters =>
  (tryParseParameters(fileSource, parameters) as { value: FileSourceParameters }).value

/** What stands at a byte: a value, or the code of what is wrong with it. */
type Entry = readonly [at: number, what: unknown]

const entriesOf = ({ malformed = [], offsets = [], values }: SourceBatch): readonly Entry[] =>
  [
    ...values.map((value, index): Entry => [offsets[index] as number, value]),
    ...malformed.map(({ code, offset }): Entry => [offset, code]),
  ].toSorted(([one], [other]) => one - other)

/** All entries of a text and where they begin, without any reader of ours. */
function expected(bytes: Buffer, maxLine: number): readonly Entry[] {
  const entries: Entry[] = []
  const mark = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0
  for (let at = mark; at < bytes.length;) {
    const feed = bytes.indexOf(10, at)
    const end = feed === -1 ? bytes.length : feed
    const isCut = end > at && bytes[end - 1] === 13
    const line = bytes.subarray(at, isCut ? end - 1 : end).toString()
    if (line.length > maxLine) entries.push([at, 'FILE_LINE_TOO_LONG'])
    else if (line !== '') entries.push([at, line === 'bad' ? 'FILE_JSON' : JSON.parse(line)])
    at = end + 1
  }
  return entries
}

const line = fc.oneof(
  { weight: 4, arbitrary: fc.record({ n: fc.nat(), text: fc.string({ maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.constantFrom('', 'bad') },
  { weight: 1, arbitrary: fc.integer({ min: 30, max: 90 }).map((length) => 'x'.repeat(length)) },
)
const file = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 30 }),
    fc.constantFrom('', '{"n":1}', '\n'),
  )
  .map(([hasMark, lines, last]) => {
    const texts = lines.map(([own, end]) => {
      const isPlain = own === '' || own === 'bad'
      return `${isPlain ? (own as string) : JSON.stringify(own)}${end}`
    })
    return Buffer.from(`${hasMark ? '\uFEFF' : ''}${texts.join('')}${last}`)
  })

it('gives each entry in the one piece that it begins in, wherever the cuts are', async () => {
  const path = join(folder, 'cut.jsonl')
  const parameters = taken({ path, maxLine: '60B' })
  await fc.assert(
    fc.asyncProperty(
      file,
      fc.array(fc.nat(400), { maxLength: 8 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 3 }),
      async (bytes, cuts, chunkBytes, leave) => {
        writeFileSync(path, bytes)
        const extent = await createFileSource(parameters).extent?.(path, undefined)
        const { from, position, to } = extent as Extent
        const edges = [...new Set([from, ...cuts.filter((cut) => cut < to), Infinity])]
        const ordered = edges.toSorted((one, other) => one - other)
        const found: Entry[] = []
        for (const [index, begin] of ordered.slice(0, -1).entries()) {
          const piece: Piece = { from: begin, to: ordered[index + 1] as number }
          let place = position
          let batches = leave
          // It is left behind a batch, and another instance reads it on.
          for (let isOver = false; !isOver;) {
            isOver = true
            const source = createFileSource(parameters, { chunkBytes })
            for await (const batch of source.read(path, place, {
              fields: undefined,
              piece,
              signal,
            })) {
              found.push(...entriesOf(batch))
              place = batch.position
              expect(batch.lines).toBeUndefined()
              if (batches-- > 0) {
                isOver = false
                break
              }
            }
          }
        }
        expect(found).toEqual(expected(bytes, 60))
      },
    ),
    { numRuns: 200 },
  )
})

it('cuts nothing that only makes sense as a whole', async () => {
  const parts = ['a.csv', 'a.json', 'a.jsonl.gz'].map(async (name) => {
    const path = join(folder, name)
    writeFileSync(path, '')
    return createFileSource(taken({ path })).extent?.(path, undefined)
  })

  expect(await Promise.all(parts)).toEqual([undefined, undefined, undefined])
})

it('goes on with pieces where a whole file was left', async () => {
  const path = join(folder, 'on.jsonl')
  writeFileSync(path, '{"n":1}\n{"n":2}\n')
  const source = createFileSource(taken({ path }), { chunkBytes: 8 })
  let position: unknown
  for await (const batch of source.read(path, undefined, { fields: undefined, signal })) {
    ;({ position } = batch)
    break
  }

  const extent = await source.extent?.(path, position)

  expect(extent).toMatchObject({ from: 8, to: 16, position: { bytes: 8, line: 1 } })
})
