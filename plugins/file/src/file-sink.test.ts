import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import type { SinkBatch, Rejection, SinkInstance } from '@millrace/sdk'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFileSink, fileSink, type FileSinkParameters } from './file-sink.ts'
import { lazyDisk } from './write/durable.ts'
import { createFileSource } from './file-source.ts'
import { fileSource, type FileSourceParameters } from './index.ts'

let root = ''
let folder = ''
let count = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-'))
})
beforeEach(async () => {
  folder = join(root, String(++count))
  await mkdir(folder)
})
afterAll(() => rm(root, { recursive: true }))

function check(input: object): {
  value: FileSinkParameters
  issues?: readonly { message: string }[]
} {
  return fileSink.parameters['~standard'].validate(input) as { value: FileSinkParameters }
}

function sinkOf(input: object, stdout?: Writable): SinkInstance {
  const expressions = { env: {}, functions: [], aggregates: [] }
  return createFileSink(check(input).value, {
    expressions,
    random: () => 0.5,
    disk: lazyDisk,
    ...(stdout === undefined ? {} : { stdout: () => stdout }),
  })
}

function batchOf(values: readonly unknown[]): SinkBatch {
  return {
    length: values.length,
    value: (index) => values[index],
    timestamp: () => Date.parse('2001-01-14T21:55:00Z'),
    watermark: () => 0,
    key: () => undefined,
    origin: () => undefined,
    id: (index) => `${index}`,
  }
}

async function writeAll(
  input: object,
  values: readonly unknown[],
  stdout?: Writable,
): Promise<readonly Rejection[]> {
  const sink = sinkOf(input, stdout)
  await sink.open?.()
  const rejected: Rejection[] = []
  for (let at = 0; at < values.length; at += 1000) {
    const result = await sink.write(batchOf(values.slice(at, at + 1000)))
    rejected.push(...(result?.rejected ?? []))
  }
  await sink.commit?.()
  await sink.close?.()
  return rejected
}

const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')

async function readAll(path: string): Promise<unknown[]> {
  const checked = fileSource.parameters['~standard'].validate({ path })
  const source = createFileSource((checked as { value: FileSourceParameters }).value)
  const values: unknown[] = []
  const signal = new AbortController().signal
  for await (const batch of source.read(path, undefined, { fields: undefined, signal })) {
    expect(batch.malformed).toBeUndefined()
    values.push(...batch.values)
  }
  return values
}

const messages = (input: object) => check(input).issues?.map((issue) => issue.message)

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const codes = async (name: string, values: unknown[]) =>
  (await writeAll({ path: join(folder, name) }, values)).map(({ index, code }) => [index, code])

describe('the sink file', () => {
  it('writes JSON lines, an array, CSV and lines by extension, in folders it makes', async () => {
    const records = [
      { a: 1, b: 'x,y' },
      { a: null, b: '1' },
    ]

    await writeAll({ path: join(folder, 'deep/er/o.jsonl') }, records)
    await writeAll({ path: join(folder, 'o.json') }, records)
    await writeAll({ path: join(folder, 'o.csv') }, records)
    await writeAll({ path: join(folder, 'o.tsv'), columns: ['b'] }, records)
    await writeAll({ path: join(folder, 'o.txt') }, ['one', 2])

    expect(await text('deep/er/o.jsonl')).toBe('{"a":1,"b":"x,y"}\n{"a":null,"b":"1"}\n')
    expect(await text('o.json')).toBe('[\n{"a":1,"b":"x,y"},\n{"a":null,"b":"1"}\n]\n')
    expect(await text('o.csv')).toBe('a,b\n1,"x,y"\n,"1"\n')
    expect(await text('o.tsv')).toBe('b\nx,y\n"1"\n')
    expect(await text('o.txt')).toBe('one\n2\n')
  })

  it('writes whole files for no records', async () => {
    await writeAll({ path: join(folder, 'o.jsonl') }, [])
    await writeAll({ path: join(folder, 'o.json') }, [])
    await writeAll({ path: join(folder, 'o.csv'), columns: ['a', 'b'] }, [])
    await writeAll({ path: join(folder, 'o.jsonl.gz') }, [])

    expect(await text('o.jsonl')).toBe('')
    expect(await text('o.json')).toBe('[]\n')
    expect(await text('o.csv')).toBe('a,b\n')
    expect(gunzipSync(await readFile(join(folder, 'o.jsonl.gz'))).toString()).toBe('')
  })

  it('keeps the old file until the job is done, and for ever when it fails', async () => {
    const path = join(folder, 'o.jsonl')
    await writeFile(path, 'old\n', { mode: 0o640 })
    const big = ['x'.repeat(300_000)]

    const failing = sinkOf({ path })
    await failing.open?.()
    await failing.write(batchOf(big))
    expect(await text('o.jsonl')).toBe('old\n')
    expect(await readdir(folder)).toHaveLength(2)
    await failing.abort?.()
    expect(await readdir(folder)).toEqual(['o.jsonl'])
    await writeAll({ path }, [1])

    expect(await text('o.jsonl')).toBe('1\n')
    expect(await readdir(folder)).toEqual(['o.jsonl'])
  })

  it('leaves nothing behind when it is closed without a commit', async () => {
    const sink = sinkOf({ path: join(folder, 'o.jsonl') })
    const other = sinkOf({ path: join(folder, 'o.jsonl') })
    await sink.open?.()
    await other.open?.()

    await sink.close?.()
    await other.close?.()

    expect(await readdir(folder)).toEqual([])
  })

  it('appends whole lines, with no second header, and ends a line that somebody left open', async () => {
    await writeFile(join(folder, 'o.csv'), 'a\n1\n2')
    await writeAll({ path: join(folder, 'o.csv'), mode: 'append' }, [{ a: 3 }])
    await writeAll({ path: join(folder, 'o.jsonl.gz'), mode: 'append' }, [1])
    await writeAll({ path: join(folder, 'o.jsonl.gz'), mode: 'append' }, [2])

    expect(await text('o.csv')).toBe('a\n1\n2\n3\n')
    expect(await readAll(join(folder, 'o.jsonl.gz'))).toEqual([1, 2])
  })

  it('leaves a file alone that exists, also one that came meanwhile', async () => {
    const path = join(folder, 'o.jsonl')
    await writeAll({ path, mode: 'fail' }, [1])
    const late = sinkOf({ path: join(folder, 'late.jsonl'), mode: 'fail' })
    await late.open?.()
    await writeFile(join(folder, 'late.jsonl'), 'theirs')

    await expect(writeAll({ path, mode: 'fail' }, [2])).rejects.toMatchObject({
      code: 'FILE_EXISTS',
      message: `"${path}" exists already and "mode: fail" leaves it alone.`,
    })
    await expect(late.commit?.()).rejects.toMatchObject({ code: 'FILE_EXISTS' })
    expect(await text('o.jsonl')).toBe('1\n')
    expect((await readdir(folder)).toSorted()).toEqual(['late.jsonl', 'o.jsonl'])
  })

  it('replaces what a link points to, not the link', async () => {
    await writeFile(join(folder, 'real.jsonl'), 'old')
    await symlink(join(folder, 'real.jsonl'), join(folder, 'link.jsonl'))

    await writeAll({ path: join(folder, 'link.jsonl') }, [1])

    expect(await text('real.jsonl')).toBe('1\n')
  })

  it('rejects records that its format cannot hold, and writes the others', async () => {
    const round: Record<string, unknown> = {}
    round['self'] = round

    expect(await codes('a.jsonl', [1, round, undefined, 2n])).toEqual([
      [1, 'FILE_VALUE'],
      [2, 'FILE_VALUE'],
      [3, 'FILE_VALUE'],
    ])
    expect(await codes('a.json', [round, 1])).toEqual([[0, 'FILE_VALUE']])
    expect(await codes('a.txt', ['a\nb', round, 'c'])).toEqual([
      [0, 'FILE_VALUE'],
      [1, 'FILE_VALUE'],
    ])
    expect(await codes('a.csv', [1, {}, { a: [1] }, { a: 1, b: 2 }, { a: round }])).toEqual([
      [0, 'FILE_VALUE'],
      [1, 'FILE_VALUE'],
      [3, 'FILE_COLUMN'],
      [4, 'FILE_VALUE'],
    ])
    expect(await text('a.json')).toBe('[\n1\n]\n')
    expect(await text('a.csv')).toBe('a\n[1]\n')
  })

  it('writes each record to the file that its path names, with few files open', async () => {
    const records = Array.from({ length: 500 }, (_, index) => ({ k: `k${index % 7}`, index }))
    const path = join(folder, '{day(eventTime())}/{k}.json')

    const rejected = await writeAll({ path, maxOpen: 2 }, records)

    expect(rejected).toEqual([])
    const days = await readdir(folder)
    expect(days).toHaveLength(1)
    const names = await readdir(join(folder, days[0] ?? ''))
    expect(names.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6].map((k) => `k${k}.json`))
    const third = await readAll(join(folder, days[0] ?? '', 'k3.json'))
    expect(third).toEqual(records.filter((record) => record.k === 'k3'))
  })

  it('goes back and forth between open files, and closes the one used least recently', async () => {
    const records = ['a', 'b', 'a', 'c', 'a', 'b'].map((k, index) => ({ k, index }))

    await writeAll({ path: join(folder, '{k}.csv'), maxOpen: 2 }, records)

    expect(await text('a.csv')).toBe('k,index\na,0\na,2\na,4\n')
    expect(await text('b.csv')).toBe('k,index\nb,1\nb,5\n')
    expect(await text('c.csv')).toBe('k,index\nc,3\n')
  })

  it('refuses paths that a record leads out of the folder', async () => {
    const names = [
      'ok',
      '../out',
      'a/../../out',
      '..',
      'a/../b',
      '',
      'a\0b',
      '/etc/x',
      'x'.repeat(300),
    ]
    const path = join(folder, 'in', '{k}')

    const rejected = await writeAll(
      { path, format: 'jsonl' },
      names.map((k) => ({ k })),
    )

    expect(rejected.map(({ index, code }) => [index, code])).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((index) => [index, 'FILE_PATH']),
    )
    expect(await readdir(folder)).toEqual(['in'])
    expect(await readdir(join(folder, 'in'))).toEqual(['ok'])
  })

  it('rejects a record whose path cannot be computed', async () => {
    const rejected = await writeAll({ path: join(folder, '{k < 1}.jsonl') }, [{ k: 'a' }, { k: 2 }])

    expect(rejected).toMatchObject([{ index: 0, retry: false }])
    expect(await readdir(folder)).toEqual(['false.jsonl'])
  })

  it('says what is in the way of a path', async () => {
    await writeFile(join(folder, 'file'), '')
    const full = sinkOf({ path: '/dev/full', format: 'jsonl' })
    await full.open?.()

    const atFolder = writeAll({ path: folder, format: 'jsonl' }, [1])
    await expect(atFolder).rejects.toMatchObject({ code: 'FILE_IS_FOLDER' })
    await expect(writeAll({ path: join(folder, 'file/o.jsonl') }, [1])).rejects.toMatchObject({
      code: 'FILE_NOT_FOLDER',
      message: `"${join(folder, 'file')}" cannot be a folder: a file is in the way.`,
    })
    await full.write(batchOf([1]))
    await expect(full.flush?.()).rejects.toMatchObject({
      code: 'FILE_DISK_FULL',
      message: 'No space left for "/dev/full".',
    })
    await full.abort?.()
  })

  it('writes to standard output after every batch and never ends it', async () => {
    const chunks: string[] = []
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk.toString())
        done()
      },
    })
    const sink = sinkOf({ path: '-' }, stdout)
    await sink.open?.()

    await sink.write(batchOf([1, 2]))
    await sink.write(batchOf(['x'.repeat(300_000), 3]))
    await sink.commit?.()

    expect(chunks.map((chunk) => chunk.length)).toEqual([4, 300_003, 2])
    expect(stdout.writableEnded).toBe(false)
    expect(fileSink.writesFiles?.(check({ path: '-' }).value)).toEqual([])
  })

  it('takes the fields of its path for granted', () => {
    const { value } = check({ path: 'out/{origin}-{coalesce(zone, 0)}.jsonl' })

    expect(fileSink.expects?.(value)).toEqual(['origin'])
    expect(fileSink.expects?.(check({ path: 'out.jsonl' }).value)).toEqual([])
  })

  it('calls a reader that went away a broken pipe', async () => {
    const gone = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('gone'), { code: 'EPIPE' })),
    })
    const sink = sinkOf({ path: '-' }, gone)
    await sink.open?.()

    await expect(sink.write(batchOf([1]))).rejects.toMatchObject({ code: 'FILE_BROKEN_PIPE' })
    await expect(sink.write(batchOf([1]))).rejects.toMatchObject({ code: 'FILE_BROKEN_PIPE' })
    await sink.abort?.()
  })

  it('refuses parameters that have no meaning', () => {
    expect(messages({ path: 'a.json', mode: 'append' })).toEqual([
      'cannot be append for a JSON array; use the format jsonl',
    ])
    expect(messages({ path: 'a.jsonl', columns: ['a'] })).toEqual([
      'belongs to CSV; the format is jsonl',
    ])
    expect(messages({ path: 'a.dat' })).toHaveLength(1)
  })
})

describe('what the sink wrote and the source reads', () => {
  it('is the same for any JSON value', async () => {
    const kinds = fc.constantFrom('.jsonl', '.json', '.ndjson.gz')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ stringUnit: 'binary' })),
        kinds,
        async (values, kind) => {
          const path = join(folder, `round${kind}`)
          await writeAll({ path }, values)
          expect(await readAll(path)).toEqual(plain(values))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('is the same for rows of CSV', async () => {
    const nasty = fc.constantFrom(
      '',
      '"',
      ',',
      '\n',
      '\r',
      '007',
      '1',
      '-0',
      'true',
      ' a ',
      '\uFEFF',
      'null',
    )
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      nasty,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    )
    const row = fc.record({ a: cell, __proto__x: cell, 'b "c", d': cell })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1 }), async (rows) => {
        const path = join(folder, 'round.csv')
        await writeAll({ path }, rows)
        expect(await readAll(path)).toEqual(plain(rows))
      }),
      { numRuns: 100 },
    )
  })
})

it('has no time limit where somebody reads along', () => {
  const untimed = ['-', join(folder, 'out.jsonl')].map(
    (path) => sinkOf({ path, format: 'jsonl' }).untimed,
  )
  const appending = sinkOf({ path: join(folder, 'out.jsonl'), mode: 'append' }).untimed

  expect(untimed).toEqual([true, false])
  expect(appending).toBe(true)
})
