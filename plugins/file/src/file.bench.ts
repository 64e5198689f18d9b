import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, test } from 'vitest'
import { createFileSource } from './file-source.ts'

const records = 200_000
let folder = ''
let path = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  path = join(folder, 'flights.jsonl')
  await writeFile(path, Array.from({ length: records }, (_, number) => line(number)).join(''))
})
afterAll(() => rm(folder, { recursive: true }))

function line(number: number): string {
  const delay = ((number * 7919) % 400) - 40
  const date = '2001/01/14 21:55'
  return `${JSON.stringify({ date, delay, distance: number % 3000, origin: 'SFO', number })}\n`
}

async function byHand(): Promise<number> {
  let sum = 0
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity })
  for await (const text of lines) sum += (JSON.parse(text) as { delay: number }).delay
  return sum
}

async function bySource(): Promise<number> {
  let sum = 0
  const source = createFileSource({ path, compression: 'auto', types: 'infer', maxLine: '1MiB' })
  const { signal } = new AbortController()
  for await (const batch of source.read(path, undefined, { fields: undefined, signal })) {
    for (const value of batch.values) sum += (value as { delay: number }).delay
  }
  return sum
}

// The same work on both sides: decode every line and add up one field.
test(
  'the source file reads JSON lines as fast as readline',
  { timeout: 60_000 },
  async ({ bench, expect }) => {
    expect(await bySource()).toBe(await byHand())

    await bench.compare(
      bench(`readline and JSON.parse, ${records} lines`, async () => void (await byHand())),
      bench(`source file, ${records} lines`, async () => void (await bySource())),
    )
  },
)
