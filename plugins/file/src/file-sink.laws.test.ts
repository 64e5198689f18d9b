import { existsSync, mkdtempSync } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { SinkDefinition } from '@millrace/sdk'
import { sinkLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { afterAll, describe } from 'vitest'
import { createFileSink, fileSink, type FileSinkParameters } from './file-sink.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-laws-'))
let count = 0
afterAll(() => rm(root, { recursive: true }))

/** The sink as it is, but for waiting for the disk. */
const sink: SinkDefinition<FileSinkParameters> = {
  ...fileSink,
  create: ({ parameters, expressions, random }) =>
    createFileSink(parameters, { expressions, random, durable: false }),
}

/** Texts of the files in a folder by name; whatever else lies there is found too. */
async function filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).toSorted()
  const texts = names.map(async (name) => {
    const bytes = await readFile(join(folder, name))
    // Appending makes the file before there is anything in it.
    return [
      name,
      (name.endsWith('.gz') && bytes.length > 0 ? gunzipSync(bytes) : bytes).toString(),
    ] as const
  })
  return new Map(await Promise.all(texts))
}

async function newFolder(): Promise<string> {
  const folder = join(root, String(++count))
  await mkdir(folder)
  return folder
}

/** The only file of a folder, empty where there is none: a reader of a file that never came finds nothing either. */
async function onlyFile(folder: string, name: string): Promise<string> {
  const { [name]: text = '', ...others } = Object.fromEntries(await filesIn(folder))
  return Object.keys(others).length === 0
    ? text
    : `Files that nobody asked for: ${Object.keys(others).join(', ')}`
}

const anything = fc.oneof(
  fc.record({ id: fc.nat({ max: 9 }), note: fc.constantFrom('a', 'ß,"', 'two\nlines', null) }),
  fc.jsonValue(),
  fc.constantFrom(Number.NaN, undefined),
)
const jsonLines = (records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

describe.each([
  { name: 'a.jsonl', more: {} },
  { name: 'a.jsonl', more: { mode: 'append' } },
  { name: 'a.jsonl', more: { mode: 'fail' } },
  { name: 'a.jsonl.gz', more: {} },
  { name: 'a.jsonl.gz', more: { mode: 'append' } },
])('JSON lines in $name with $more', ({ name, more }) => {
  sinkLaws(sink, {
    records: anything,
    async place() {
      const folder = await newFolder()
      return {
        parameters: { path: join(folder, name), ...more },
        read: () => onlyFile(folder, name),
      }
    },
    written: jsonLines,
    runs: 15,
  })
})

describe('a JSON array', () => {
  sinkLaws(sink, {
    records: anything,
    async place() {
      const folder = await newFolder()
      const path = join(folder, 'a.json')
      return {
        parameters: { path },
        read: async () =>
          existsSync(path) ? (JSON.parse(await onlyFile(folder, 'a.json')) as unknown) : [],
      }
    },
    written: (records) => JSON.parse(JSON.stringify(records)) as unknown,
    runs: 15,
  })
})

describe('CSV', () => {
  const cell = (text: string | null): string =>
    text !== null && /[,"\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : (text ?? '')
  sinkLaws(sink, {
    records: fc.oneof(
      fc.record({ id: fc.nat({ max: 9 }), note: fc.constantFrom('a', 'ß,"', 'two\nlines', null) }),
      fc.constantFrom(7, 'text'),
    ),
    async place() {
      const folder = await newFolder()
      return {
        parameters: { path: join(folder, 'a.csv'), columns: ['note', 'id'] },
        // Without its first line: an aborted file has none.
        read: async () => (await onlyFile(folder, 'a.csv')).replace('note,id\n', ''),
      }
    },
    written: (records) =>
      (records as { id: number; note: string | null }[])
        .map(({ id, note }) => `${cell(note)},${id}\n`)
        .join(''),
    runs: 15,
  })
})

describe('a file for each place, two of them open at once', () => {
  sinkLaws(sink, {
    records: fc.oneof(
      fc.record({ place: fc.constantFrom('a', 'b', 'c', 'd'), id: fc.nat({ max: 9 }) }),
      fc.constant({ id: 1 }),
    ),
    async place() {
      const folder = await newFolder()
      return {
        parameters: { path: `${folder}/{place}.jsonl`, maxOpen: 2 },
        read: () => filesIn(folder),
      }
    },
    written: (records) => {
      const groups = Object.groupBy(
        records,
        (record) => (record as { place?: string }).place ?? 'null',
      )
      const files = Object.entries(groups).map(([place, group]): [string, string] => [
        `${place}.jsonl`,
        jsonLines(group ?? []),
      ])
      return new Map(files.toSorted(([one], [other]) => (one < other ? -1 : 1)))
    },
    runs: 15,
  })
})
