import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type { Malformed, SourceBatch } from '@millrace/sdk'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFileSource, fileSource, type FileSourceParameters } from './file-source.ts'

let folder = ''
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-'))
})
afterAll(() => rm(folder, { recursive: true }))

function check(input: object): {
  value: FileSourceParameters
  issues?: readonly { message: string }[]
} {
  return fileSource.parameters['~standard'].validate(input) as { value: FileSourceParameters }
}

async function put(content: string | Buffer, extension: string): Promise<string> {
  const path = join(folder, `${++count}${extension}`)
  await writeFile(path, content)
  return path
}

interface Read {
  readonly values: unknown[]
  readonly lines: number[]
  readonly offsets: number[]
  readonly malformed: Malformed[]
  readonly batches: SourceBatch[]
}

async function read(
  input: { readonly path: string } & Record<string, unknown>,
  options: {
    chunkBytes?: number
    stdin?: () => Readable
    from?: unknown
    signal?: AbortSignal
    fields?: readonly string[]
  } = {},
): Promise<Read> {
  const source = createFileSource(check(input).value, options)
  const all: Read = { values: [], lines: [], offsets: [], malformed: [], batches: [] }
  const signal = options.signal ?? new AbortController().signal
  for (const path of (await source.partitions?.()) ?? []) {
    const { from, fields } = options
    for await (const batch of source.read(path, from, { fields, signal })) {
      all.values.push(...batch.values)
      all.lines.push(...Array.from(batch.lines ?? []))
      all.offsets.push(...Array.from(batch.offsets ?? []))
      all.malformed.push(...(batch.malformed ?? []))
      all.batches.push(batch)
    }
  }
  return all
}

const told = (malformed: readonly Malformed[]) =>
  malformed.map(({ offset, line, raw, code, message }) => [offset, line, raw, code, message])

const messages = (input: object) => check(input).issues?.map((issue) => issue.message)

const stdin = () => Readable.from([Buffer.from('{"a"'), Buffer.from(':1}\n2')])

describe('the source file', () => {
  it('reads JSON lines and gives what it cannot read with line, offset and text', async () => {
    const path = await put('\uFEFF{"a":1}\r\n\n{"a":\n"x"\nnull\n[1', '.jsonl')

    const { values, lines, offsets, malformed } = await read({ path })

    expect(values).toEqual([{ a: 1 }, 'x', null])
    expect(lines).toEqual([1, 4, 5])
    expect(offsets).toEqual([0, 2, 3])
    expect(told(malformed)).toEqual([
      [1, 3, '{"a":', 'FILE_JSON', 'The JSON ends too early.'],
      [4, 6, '[1', 'FILE_JSON', 'The JSON ends too early.'],
    ])
  })

  it('gives invalid UTF-8 as the bytes they are, and NUL bytes as bad JSON', async () => {
    const path = await put(Buffer.from('"é"\n"\xff"\n"\0"\n1\n', 'latin1'), '.jsonl')

    const { values, malformed } = await read({ path })

    expect(values).toEqual([1])
    expect(malformed.map((entry) => entry.code)).toEqual(['FILE_UTF8', 'FILE_UTF8', 'FILE_JSON'])
    expect(malformed[1]?.raw).toEqual(new Uint8Array([34, 255, 34]))
  })

  it('skips a line that is too long without keeping it, and goes on behind it', async () => {
    const path = await put(`1\n"${'x'.repeat(100_000)}"\n2\n`, '.jsonl')

    const { values, lines, malformed } = await read({ path, maxLine: '1kB' }, { chunkBytes: 4096 })

    expect(values).toEqual([1, 2])
    expect(lines).toEqual([1, 3])
    expect(malformed[0]).toMatchObject({ line: 2, code: 'FILE_LINE_TOO_LONG' })
    expect(malformed[0]?.message).toBe('The line is longer than 1kB (maxLine).')
  })

  it('reads CSV: numbers and booleans by their look, quoted cells as text', async () => {
    const path = await put(
      'id,name,ok,n\n007,"a ""b""\n,c",true,1.5\n"1",5" pipe,,-2\nshort\n1,"x"y,2,3\n',
      '.csv',
    )

    const { values, lines, malformed } = await read({ path })

    expect(values).toEqual([
      { id: '007', name: 'a "b"\n,c', ok: true, n: 1.5 },
      { id: '1', name: '5" pipe', ok: null, n: -2 },
    ])
    expect(lines).toEqual([2, 4])
    expect(told(malformed)).toEqual([
      [2, 5, 'short', 'FILE_CSV', 'The row has 1 cells; 4 columns were expected.'],
      [
        3,
        6,
        '1,"x"y,2,3',
        'FILE_CSV',
        'After the quote that closes at character 5, "," was expected; got "y".',
      ],
    ])
  })

  it('gives CSV columns the types asked for', async () => {
    const path = await put('1;2;yes\n1;x;true\n;3;\n', '.csv')
    const columns = ['a', '__proto__', 'c']

    const typed = await read({
      path,
      delimiter: ';',
      columns,
      types: { a: 'string', c: 'boolean' },
    })
    const texts = await read({ path, delimiter: ';', columns, types: 'strings' })

    expect(typed.values.map((value) => JSON.stringify(value))).toEqual([
      '{"a":"1","__proto__":"x","c":true}',
      '{"a":null,"__proto__":3,"c":null}',
    ])
    expect(typed.malformed[0]?.message).toBe('Column "c" must be a boolean; got "yes".')
    expect(JSON.stringify(texts.values[2])).toBe('{"a":"","__proto__":"3","c":""}')
  })

  it('names a quote that is never closed', async () => {
    const path = await put('a,b\n1,"x\n2,3\n', '.csv')
    const long = await put(`a,b\n1,"${'x'.repeat(2000)}\n2,3\n`, '.csv')

    const short = await read({ path })
    const cut = await read({ path: long, maxLine: '100B' })

    expect(short.malformed[0]?.message).toBe('The quote that opens at character 3 is never closed.')
    expect(cut.values).toEqual([{ a: 2, b: 3 }])
    expect(cut.malformed[0]?.message).toBe(
      'A quote opens here and is not closed within 100B (maxLine).',
    )
  })

  it.each([
    ['a,a\n1,2\n', 'names "a" twice'],
    ['a,,b\n1,2,3\n', 'has no name for column 2'],
  ])('refuses the header of %j', async (text, reason) => {
    const path = await put(text, '.csv')

    await expect(read({ path })).rejects.toThrow(`The header of "${path}" ${reason}.`)
  })

  it('reads lines as text', async () => {
    const path = await put('one\n\n two\r\nthree', '.txt')

    expect((await read({ path })).values).toEqual(['one', ' two', 'three'])
  })

  it('reads JSON: an array, one object, or values one after the other', async () => {
    const array = await put('[\n {"a":"],"},\n [1,[2]], "x\\"" , 3 ]\n', '.json')
    const object = await put('{\n "a": {"b": 1}\n}\n', '.json')
    const values = await put('{"a":1}\n{"a":2} 3\n"x" nope\n[1]', '.json')

    expect((await read({ path: array })).values).toEqual([{ a: '],' }, [1, [2]], 'x"', 3])
    expect((await read({ path: array })).lines).toEqual([2, 3, 3, 3])
    expect((await read({ path: object })).values).toEqual([{ a: { b: 1 } }])
    const mixed = await read({ path: values })
    expect(mixed.values).toEqual([{ a: 1 }, { a: 2 }, 3, 'x', [1]])
    expect(told(mixed.malformed)).toEqual([
      [4, 3, 'nope', 'FILE_JSON', 'Not JSON: "n" at character 1 does not belong there.'],
    ])
  })

  it.each([
    ['[1,2', 'The file ends before its array does.'],
    ['[1', 'The file ends before its array does.'],
    ['[', 'The file ends before its array does.'],
    ['[1] x', 'The array has ended before this.'],
    ['[1,]', 'An element of the array was expected.'],
    ['[,1]', 'An element of the array was expected.'],
    ['[1,"0123456789012345678901234567890"]', 'The value is longer than 20B (maxLine).'],
    ['{"a":"0123456789012345678901234567890\n1', 'The value is longer than 20B (maxLine).'],
  ])('says what is wrong with the JSON file %j', async (text, message) => {
    const path = await put(text, '.json')

    expect((await read({ path, maxLine: '20B' })).malformed.map((entry) => entry.message)).toEqual([
      message,
    ])
  })

  it('gives the same entries however the bytes are cut', async () => {
    const piece = fc.oneof(
      fc.json(),
      fc.constantFrom('\n', '\r\n', '"', ',', '"a""b"', '{"a":', 'é', '[', ']', '\\', ' ', '1,2'),
    )
    const kinds = fc.constantFrom('.jsonl', '.json', '.csv', '.txt')

    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 40 }),
        kinds,
        fc.integer({ min: 1, max: 40 }),
        async (pieces, kind, chunkBytes) => {
          const path = await put((kind === '.csv' ? 'a,b\n' : '') + pieces.join(''), kind)

          const whole = await read({ path, maxLine: '30B' })
          const cut = await read({ path, maxLine: '30B' }, { chunkBytes })

          expect({ ...cut, batches: [] }).toEqual({ ...whole, batches: [] })
        },
      ),
      { numRuns: 200 },
    )
  })

  it('forgets an element that came in pieces when it is done', async () => {
    const path = await put('[[],', '.json')

    const { malformed } = await read({ path }, { chunkBytes: 1 })

    expect(told(malformed)).toEqual([
      [1, 1, '', 'FILE_JSON', 'The file ends before its array does.'],
    ])
  })

  it('accounts for every line of garbage', async () => {
    const line = fc.oneof(
      fc.json({ stringUnit: 'grapheme-ascii' }),
      fc
        .uint8Array({ max: 255 })
        .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\n', '')),
      fc.constantFrom('{"a":', '\0', '"\xff', '\r'),
    )

    await fc.assert(
      fc.asyncProperty(fc.array(line), async (lines) => {
        const path = await put(Buffer.from(lines.join('\n'), 'latin1'), '.jsonl')

        const { values, malformed } = await read({ path }, { chunkBytes: 50 })

        const full = lines.filter((text) => text !== '' && text !== '\r').length
        expect(values.length + malformed.length).toBe(full)
      }),
      { numRuns: 100 },
    )
  })

  it.each(['.jsonl', '.json', '.csv', '.jsonl.gz'])(
    'goes on from the place behind a batch: %s',
    async (kind) => {
      const numbers = Array.from({ length: 3000 }, (_, index) => index)
      const rows = numbers.map((index) =>
        kind === '.csv' ? `${index},é` : JSON.stringify({ a: index }),
      )
      const text = kind === '.json' ? `[${rows.join(',\n')}]` : rows.join('\n')
      const plain = Buffer.from(kind === '.csv' ? `a,b\n${text}` : text)
      const path = await put(kind === '.jsonl.gz' ? gzipSync(plain) : plain, kind)
      const whole = await read({ path }, { chunkBytes: 5000 })

      for (const at of [0, 2, whole.batches.length - 1]) {
        const rest = await read({ path }, { from: structuredClone(whole.batches[at]?.position) })
        const done = whole.batches
          .slice(0, at + 1)
          .reduce((sum, batch) => sum + batch.values.length, 0)
        expect(rest.values).toEqual(whole.values.slice(done))
        expect(rest.lines).toEqual(whole.lines.slice(done))
        expect(rest.offsets).toEqual(whole.offsets.slice(done))
      }
      expect(whole.batches.every((batch) => batch.values.length <= 1024)).toBe(true)
    },
  )

  it('reads the files of a pattern in the order of their names, and knows their size', async () => {
    await mkdir(join(folder, 'many', 'sub.jsonl'), { recursive: true })
    await writeFile(join(folder, 'many', 'b.jsonl'), '2\n')
    await writeFile(join(folder, 'many', 'a.jsonl.gz'), gzipSync('1\n'))
    await writeFile(join(folder, 'many', '[x].jsonl'), '3\n')

    expect((await read({ path: join(folder, 'many', '*.jsonl*') })).values).toEqual([3, 1, 2])
    expect((await read({ path: join(folder, 'many', '[x].jsonl') })).values).toEqual([3])
    const source = createFileSource(check({ path: join(folder, 'many', 'b.jsonl') }).value)
    expect(await source.size?.()).toBe(2)
  })

  it.each([
    ['.jsonl', '{"a":1}\n{"a":2}'],
    ['.csv', 'a\n1\n2'],
    ['.txt', 'one\ntwo'],
    ['.json', '[1,2]'],
  ])('counts no newline that is not there at the end of %s', async (extension, text) => {
    const path = await put(text, extension)

    const whole = await read({ path })
    const cut = await read({ path }, { chunkBytes: 3 })
    const ofStdin = await read(
      { path: '-', ...(extension === '.jsonl' ? {} : { format: 'lines' }) },
      { stdin: () => Readable.from([Buffer.from(text)]) },
    )

    const counted = [whole, cut, ofStdin].map(({ batches }) => batches.at(-1)?.bytes)
    expect(counted).toEqual([text.length, text.length, text.length])
  })

  it('reads standard input, once and without a known size', async () => {
    expect((await read({ path: '-' }, { stdin })).values).toEqual([{ a: 1 }, 2])
    await expect(
      read({ path: '-' }, { stdin, from: { bytes: 3, offset: 1, line: 1 } }),
    ).rejects.toThrow('Standard input can be read only once, from its start.')
    expect(await createFileSource(check({ path: '-' }).value).size?.()).toBeUndefined()
    expect(fileSource.readsFiles?.(check({ path: '-' }).value)).toEqual([])
  })

  it('stops at once when told to, waiting for input that does not come', async () => {
    const stop = new AbortController()
    const silent = new Readable({ read: () => undefined })
    silent.push('1\n2')
    const source = createFileSource(check({ path: '-' }).value, { stdin: () => silent })
    const values: unknown[] = []

    for await (const batch of source.read('-', undefined, {
      fields: undefined,
      signal: stop.signal,
    })) {
      values.push(...batch.values)
      setImmediate(() => stop.abort())
    }

    expect(values).toEqual([1])
  })

  it('builds only the fields that anyone reads, where lines are plain objects', async () => {
    const lines = Array.from({ length: 1026 }, (_, id) => `{"id":${id},"x":"a","y":1.5}\n`)
    const path = await put(`${lines.join('')}{"x":{"deep":1}}\n{"x":\n`, '.jsonl')

    const { values, malformed } = await read({ path }, { fields: ['x', 'y'] })

    expect(values.slice(1023)).toStrictEqual([
      { id: 1023, x: 'a', y: 1.5 },
      { x: 'a', y: 1.5 },
      { x: 'a', y: 1.5 },
      { x: { deep: 1 } },
    ])
    expect(malformed).toMatchObject([{ line: 1028, code: 'FILE_JSON' }])
  })

  it('says what is wrong with a path', async () => {
    const path = await put('1\n', '-flights.jsonl')
    const missing = path.replace('flights', 'flihgts')
    const broken = await put('this is not packed', '.jsonl.gz')

    await expect(read({ path: missing })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: `There is no file "${missing}".`,
      hint: `Did you mean "${path.slice(folder.length + 1)}"?`,
    })
    await expect(read({ path: folder, format: 'jsonl' })).rejects.toMatchObject({
      code: 'FILE_IS_FOLDER',
    })
    await expect(read({ path: join(folder, 'none-*.csv') })).rejects.toMatchObject({
      code: 'FILE_NO_MATCH',
    })
    await expect(read({ path: broken })).rejects.toMatchObject({ code: 'FILE_GZIP' })
  })

  it('refuses parameters that have no meaning', () => {
    expect(messages({ path: 'a.dat' })).toEqual([
      'must be given: the extension of "a.dat" does not say it',
    ])
    expect(messages({ path: 'a.jsonl', delimiter: ';' })).toEqual([
      'belongs to CSV; the format is jsonl',
    ])
    expect(messages({ path: 'a.csv', maxLine: '10', columns: ['a', 'a'] })).toHaveLength(2)
    expect(messages({ path: 'data/*' })).toBeUndefined()
  })
})
