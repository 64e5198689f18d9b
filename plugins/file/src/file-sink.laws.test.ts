import { mkdtempSync } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { SinkDefinition } from '@millrace/sdk'
import { type SinkPlace, sinkLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { afterAll, describe, expect } from 'vitest'
import { createFileSink, fileSink, type FileSinkParameters } from './file-sink.ts'
import { lazyDisk } from './write/durable.ts'
import { FileSink } from './write/file-sink-instance.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-laws-'))
let count = 0
afterAll(() => rm(root, { recursive: true }))

const alive = new Set<FileSink>()

/** The sink as it is, but for waiting for the disk. */
const sink: SinkDefinition<FileSinkParameters> = {
  ...fileSink,
  create(given) {
    const instance = createFileSink(given.parameters, {
      ...given,
      files: undefined,
      disk: lazyDisk,
    })
    if (instance instanceof FileSink) alive.add(instance)
    return instance
  },
}

async function letGo(): Promise<void> {
  for (const instance of alive) await instance.letGo()
  alive.clear()
}

const isPartial = (name: string): boolean => name.startsWith('.')

/** Texts of the files in a folder by name, as somebody sees them who does not look for hidden ones. */
async function filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).filter((name) => !isPartial(name))
  const texts = names.toSorted().map(async (name) => {
    const bytes = await readFile(join(folder, name))
    // Appending makes the file before there is anything in it.
    const isPacked = name.endsWith('.gz') && bytes.length > 0
    return [name, (isPacked ? gunzipSync(bytes) : bytes).toString()] as const
  })
  return new Map(await Promise.all(texts))
}

/** Parameters that write to a folder of their own, and what is found there. */
async function placeFor(
  parametersIn: (folder: string) => object,
  read: (files: ReadonlyMap<string, string>) => unknown,
): Promise<SinkPlace> {
  const folder = join(root, String(++count))
  await mkdir(folder)
  return {
    parameters: parametersIn(folder),
    read: async () => read(await filesIn(folder)),
    leftovers: async () => (await readdir(folder)).filter(isPartial),
    killed: letGo,
  }
}

/** The text of the only file, empty where there is none yet. */
function onlyText(files: ReadonlyMap<string, string>): string {
  expect(files.size).toBeLessThan(2)
  return [...files.values()][0] ?? ''
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
    place: () => placeFor((folder) => ({ path: join(folder, name), ...more }), onlyText),
    written: jsonLines,
    runs: 15,
  })
})

describe('a JSON array', () => {
  sinkLaws(sink, {
    records: anything,
    place: () =>
      placeFor(
        (folder) => ({ path: join(folder, 'a.json') }),
        (files) => JSON.parse(onlyText(files) || '[]') as unknown,
      ),
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
    place: () =>
      placeFor(
        (folder) => ({ path: join(folder, 'a.csv'), columns: ['note', 'id'] }),
        // Without its first line: an aborted file has none.
        (files) => onlyText(files).replace('note,id\n', ''),
      ),
    written: (records) =>
      (records as { id: number; note: string | null }[])
        .map(({ id, note }) => `${cell(note)},${id}\n`)
        .join(''),
    runs: 15,
  })
})

describe('a file for each place, two of them open at once', () => {
  // What a run before wrote for places that this one has no record of stays there.
  const { replaces: _replaces, ...one } = sink
  sinkLaws(one, {
    records: fc.oneof(
      fc.record({ place: fc.constantFrom('a', 'b', 'c', 'd'), id: fc.nat({ max: 9 }) }),
      fc.constant({ id: 1 }),
    ),
    place: () =>
      placeFor(
        (folder) => ({ path: `${folder}/{place}.jsonl`, maxOpen: 2 }),
        (files) => files,
      ),
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
