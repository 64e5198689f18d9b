import { mkdtempSync, rmSync, truncateSync, writeFileSync, appendFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { SourceBatch } from '@millrace/sdk'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { createFileSource, fileSource, type FileSourceParameters } from './file-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-on-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Found {
  readonly entries: unknown[]
  /** As another process gets it. */
  readonly position: unknown
}

/** Reads at most `batches` of a partition, as a new process does. */
async function read(
  parameters: object,
  more: { readonly from?: unknown; readonly batches?: number; readonly chunkBytes?: number } = {},
): Promise<Found> {
  const { batches = Infinity, chunkBytes = 7, from } = more
  const checked = fileSource.parameters['~standard'].validate(parameters)
  const { value } = checked as { readonly value: FileSourceParameters }
  const source = createFileSource(value, { chunkBytes })
  const { signal } = new AbortController()
  const entries: unknown[] = []
  let position = from
  let count = 0
  for await (const batch of source.read(value.path, from, { fields: undefined, signal })) {
    entries.push(...entriesOf(batch))
    position = JSON.parse(JSON.stringify(batch.position))
    if (++count >= batches) break
  }
  return { entries, position }
}

function entriesOf({ lines, malformed = [], offsets, values }: SourceBatch): readonly unknown[] {
  const good = values.map((value, index) => ({
    offset: offsets?.[index] ?? -1,
    line: lines?.[index],
    value,
  }))
  return [...good, ...malformed].toSorted((one, other) => one.offset - other.offset)
}

const pieces = fc.constantFrom(
  '{"a":1}',
  '[1,2]',
  '"text"',
  '7',
  ',',
  '\n',
  '\r\n',
  '[',
  ']',
  '{',
  '"',
  'a,b',
  '1,"x\ny"',
  'ß',
  '\uFEFF',
  ' ',
)

it.each(['jsonl', 'json', 'csv', 'lines'])(
  'reads %s on from any position, in another process, as if it had never stopped',
  async (format) => {
    const contents = fc.record({
      // Most are well formed at first.
      head: fc.constantFrom('', '[{"a":1},\n{"a":2}', 'a,b\n1,2\n3,4\n', '{"a":1}\n{"a":2}\n'),
      tail: fc.array(pieces, { maxLength: 12 }),
      isPacked: fc.boolean(),
      chunkBytes: fc.integer({ min: 1, max: 20 }),
      hops: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      maxLine: fc.constantFrom('1MiB', '9B'),
    })
    await fc.assert(
      fc.asyncProperty(contents, async ({ head, tail, isPacked, chunkBytes, hops, maxLine }) => {
        const path = join(folder, isPacked ? 'in.gz' : 'in')
        const text = head + tail.join('')
        writeFileSync(path, isPacked ? gzipSync(text) : text)
        const parameters = { path, format, maxLine }
        const whole = await read(parameters, { chunkBytes }).catch((error: unknown) => error)
        if (whole instanceof Error) return

        const entries: unknown[] = []
        let position: unknown
        for (let hop = 0; ; hop++) {
          const batches = hops[hop % hops.length] ?? 1
          const found = await read(parameters, { from: position, batches, chunkBytes })
          if (found.entries.length === 0) break
          entries.push(...found.entries)
          position = found.position
        }

        expect(entries).toEqual((whole as Found).entries)
      }),
      { numRuns: 150 },
    )
  },
)

it('reads on in a file that has grown', async () => {
  const path = join(folder, 'growing.jsonl')
  writeFileSync(path, '1\n2\n')
  const first = await read({ path })
  appendFileSync(path, '3\n')

  const rest = await read({ path }, { from: first.position })

  expect(rest.entries).toMatchObject([{ offset: 2, line: 3, value: 3 }])
})

it.each(['cut.jsonl', 'cut.jsonl.gz'])('says that %s was cut since', async (name) => {
  const path = join(folder, name)
  const text = Array.from({ length: 30 }, (_, index) => `${index}\n`).join('')
  const bytesOf = (content: string) => (name.endsWith('.gz') ? gzipSync(content) : content)
  writeFileSync(path, bytesOf(text))
  const { position } = await read({ path })
  const { file: _file, ...unknown } = position as { readonly file: unknown }
  writeFileSync(path, bytesOf(text.slice(0, 20)))

  await expect(read({ path }, { from: unknown })).rejects.toMatchObject({
    code: 'FILE_SHRUNK',
    message: `"${path}" was cut to 20 bytes after 80 had been read.`,
  })
})

it('says that another file has the name, and that it is gone', async () => {
  const path = join(folder, 'other.jsonl')
  writeFileSync(path, '1\n2\n')
  const { position } = await read({ path })
  writeFileSync(path, '3\n2\n4\n')

  await expect(read({ path }, { from: position })).rejects.toMatchObject({
    code: 'FILE_REPLACED',
    message: `"${path}" is not the file that was read before: it begins otherwise.`,
  })
  truncateSync(path, 1)
  await expect(read({ path }, { from: position })).rejects.toMatchObject({ code: 'FILE_SHRUNK' })
  rmSync(path)
  await expect(read({ path }, { from: position })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
})
