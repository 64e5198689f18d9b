import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFileSource, fileSource, type FileSourceParameters } from '../file-source.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function again(
  parameters: Readonly<Record<string, unknown>>,
  partition: string,
  raw: string,
  code: string,
): Promise<unknown> {
  const checked = fileSource.parameters['~standard'].validate(parameters)
  const { value } = checked as { value: FileSourceParameters }
  return createFileSource(value).decode?.({ partition, raw, code })
}

it.each([
  ['a line that was mended', 'in.jsonl', '{"a":1}', 'FILE_JSON', { value: { a: 1 } }],
  ['an element that is an array', 'in.json', '[1, 2]', 'FILE_JSON', { value: [1, 2] }],
  ['a text line that looks like base64', 'in.txt', 'abcd', 'FILE_LINE_TOO_LONG', { value: 'abcd' }],
  ['text in the place of base64', 'in.txt', 'Zürich', 'FILE_UTF8', { value: 'Zürich' }],
])('reads again %s', async (_, path, raw, code, expected) => {
  expect(await again({ path }, path, raw, code)).toEqual(expected)
})

it.each([
  [
    'that is still wrong',
    'in.jsonl',
    '{"a":',
    'FILE_JSON',
    { code: 'FILE_JSON', message: 'The JSON ends too early.' },
  ],
  [
    'of bytes that are not UTF-8',
    'in.txt',
    Buffer.from([0x5a, 0xfc]).toString('base64'),
    'FILE_UTF8',
    { code: 'FILE_UTF8', message: 'The text is not valid UTF-8.' },
  ],
  [
    'of which only the start was kept',
    'in.txt',
    'x'.repeat(64 * 1024),
    'FILE_LINE_TOO_LONG',
    {
      code: 'FILE_LINE_TOO_LONG',
      message: 'Only the start of the entry was kept, so it cannot be read again.',
    },
  ],
  [
    'that now are two',
    'in.txt',
    'a\nb',
    'FILE_UTF8',
    { code: 'FILE_JSON', message: 'One entry was expected; the text holds 2.' },
  ],
])('says what is wrong with an entry %s', async (_, path, raw, code, expected) => {
  expect(await again({ path }, path, raw, code)).toEqual(expected)
})

it('takes the columns of a CSV row from the header of its file', async () => {
  const path = join(folder, 'in.csv')
  await writeFile(path, 'a,b\n1,2,3\n')

  expect(await again({ path }, path, '1,2', 'FILE_CSV')).toEqual({ value: { a: 1, b: 2 } })
  expect(await again({ path, columns: ['x'] }, path, '7', 'FILE_CSV')).toEqual({ value: { x: 7 } })
})

it('says that there is no header to be had', async () => {
  expect(await again({ path: '-', format: 'csv' }, '-', '1,2', 'FILE_CSV')).toEqual({
    code: 'FILE_CSV',
    message:
      'The header of its file cannot be read: Standard input can be read only once, from its start.',
  })
})
