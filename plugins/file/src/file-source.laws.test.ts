import { mkdtempSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { SourceDefinition } from '@millrace/sdk'
import { sourceLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { afterAll, describe } from 'vitest'
import { createFileSource, fileSource, type FileSourceParameters } from './file-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-laws-'))
let count = 0
afterAll(() => rm(folder, { recursive: true }))

/** The source with chunks so small that most entries lie across two of them. */
function inChunksOf(chunkBytes: number): SourceDefinition<FileSourceParameters> {
  return {
    ...fileSource,
    create: ({ parameters, logger }) => createFileSource(parameters, { chunkBytes, logger }),
  }
}

async function put(content: string | Buffer, name: string): Promise<string> {
  const path = join(folder, `${++count}-${name}`)
  await writeFile(path, content)
  return path
}

const record = fc.record({
  id: fc.nat({ max: 99 }),
  place: fc.record({ code: fc.constantFrom('SFO', 'ÉÑ', '') }),
  tags: fc.constantFrom([], ['a', { b: 1 }]),
})
const good = fc.oneof(record, fc.constantFrom(7, null, 'text')).map((value) => ({
  text: JSON.stringify(value),
  entry: { value },
}))
const bad = fc
  .constantFrom('{', '{"id":1', 'nonsense', '{"id":1}}', '[1,')
  .map((text) => ({ text, entry: { malformed: true } as const }))
const lines = fc.array(fc.oneof({ weight: 5, arbitrary: good }, { weight: 1, arbitrary: bad }), {
  maxLength: 12,
})

describe.each([5, 64])('JSON lines in chunks of %s bytes', (chunkBytes) => {
  sourceLaws(inChunksOf(chunkBytes), {
    inputs: fc.record({
      lines,
      end: fc.constantFrom('\n', '\r\n'),
      isClosed: fc.boolean(),
      isPacked: fc.boolean(),
    }),
    parameters: async ({ lines, end, isClosed, isPacked }) => {
      const text = lines.map((line) => line.text).join(end) + (isClosed ? end : '')
      const path = isPacked ? await put(gzipSync(text), 'a.jsonl.gz') : await put(text, 'a.jsonl')
      return { path }
    },
    entries: ({ lines }) => lines.map(({ entry }) => entry),
    runs: 20,
  })
})

describe('several files', () => {
  sourceLaws(inChunksOf(16), {
    inputs: fc.array(lines, { minLength: 1, maxLength: 3 }),
    parameters: async (files) => {
      const inner = join(folder, `set-${++count}`)
      await mkdir(inner)
      for (const [index, file] of files.entries()) {
        await writeFile(join(inner, `${index}.jsonl`), file.map(({ text }) => `${text}\n`).join(''))
      }
      return { path: `${inner}/*.jsonl` }
    },
    entries: (files) => files.flat().map(({ entry }) => entry),
    runs: 15,
  })
})

describe('CSV', () => {
  const cell = fc.constantFrom('a', 'b c', '"x,\ny"', '"say ""it"""', '')
  sourceLaws(inChunksOf(7), {
    inputs: fc.array(fc.tuple(fc.nat({ max: 99 }), cell), { maxLength: 12 }),
    parameters: async (rows) => ({
      path: await put(['id,note', ...rows.map((row) => row.join(','))].join('\n'), 'a.csv'),
    }),
    entries: (rows) =>
      rows.map(([id, text]) => {
        const note = text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text
        return { value: { id, note: note === '' ? null : note } }
      }),
    runs: 20,
  })
})

describe('a JSON array', () => {
  sourceLaws(inChunksOf(9), {
    inputs: fc.array(record, { maxLength: 12 }),
    parameters: async (records) => ({
      path: await put(JSON.stringify(records, null, 1), 'a.json'),
    }),
    entries: (records) => records.map((value) => ({ value })),
    runs: 20,
  })
})

describe('text, as it is read in jobs', () => {
  sourceLaws(fileSource, {
    inputs: fc.array(fc.constantFrom(' ', 'one', 'two words', 'drei Wörter'), { maxLength: 12 }),
    parameters: async (texts) => ({
      path: await put(texts.map((text) => `${text}\n`).join(''), 'a.txt'),
    }),
    entries: (texts) => texts.map((value) => ({ value })),
    runs: 20,
  })
})
