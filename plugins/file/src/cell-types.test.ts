import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFileSource, fileSource, type FileSourceParameters } from './file-source.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-'))
})
afterAll(() => rm(folder, { recursive: true }))

const check = (input: object) =>
  fileSource.parameters['~standard'].validate(input) as {
    readonly value: FileSourceParameters
    readonly issues?: readonly { readonly message: string }[]
  }

async function warningsOf(input: object, names: readonly string[]): Promise<readonly string[]> {
  const warnings: string[] = []
  const logger = { warn: (text: string) => void warnings.push(text) }
  const source = createFileSource(check(input).value, { logger })
  const signal = new AbortController().signal
  for (const name of names) {
    for await (const { malformed } of source.read(join(folder, name), undefined, {
      fields: undefined,
      signal,
    })) {
      expect(malformed).toBeUndefined()
    }
  }
  return warnings
}

it('warns once of a type for a column that the header has not, with the nearest one', async () => {
  await writeFile(join(folder, 'a.csv'), 'id,delay\n1,2\n')
  await writeFile(join(folder, 'b.csv'), 'id,delay\n1,2\n')
  const input = { path: join(folder, '*.csv'), types: { dellay: 'string', id: 'number' } }

  const warnings = await warningsOf(input, ['a.csv', 'b.csv'])

  expect(warnings).toEqual([
    `"types" names the column "dellay", which "${join(folder, 'a.csv')}" does not have. Did you mean "delay"?`,
  ])
})

it('names the columns where none is near', async () => {
  await writeFile(join(folder, 'c.csv'), 'id,delay\n1,2\n')

  const warnings = await warningsOf({ path: join(folder, 'c.csv'), types: { q: 'string' } }, [
    'c.csv',
  ])

  expect(warnings).toEqual([
    `"types" names the column "q", which "${join(folder, 'c.csv')}" does not have. It has id, delay.`,
  ])
})

it('refuses a type for a column that is not among "columns"', () => {
  const input = { path: 'a.csv', columns: ['id', 'delay'], types: { dellay: 'string' } }

  expect(check(input).issues?.map(({ message }) => message)).toEqual([
    'names the column "dellay", which "columns" does not; did you mean "delay"?',
  ])
})
