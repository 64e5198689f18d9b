import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPlain } from './byte-input.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-bytes-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A clock that moves so far each time it is asked; these take turns. */
function clockOf(steps: readonly number[]): () => number {
  let at = 0
  let now = 0
  return () => (now += steps[at++ % steps.length] ?? 0)
}

it('gives the bytes of the file, however long its reads take', async () => {
  const path = join(folder, 'any')
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 600 }),
      fc.nat({ max: 100 }),
      fc.integer({ min: 1, max: 40 }),
      fc.option(fc.nat({ max: 600 }), { nil: undefined }),
      fc.array(fc.constantFrom(0, 0.1, 5), { minLength: 1, maxLength: 9 }),
      async (bytes, start, chunkBytes, enough, steps) => {
        writeFileSync(path, bytes)
        const input = await openPlain(path, start, chunkBytes, enough, clockOf(steps))

        const copies: Buffer[] = []
        for (let chunk = await input.next(); chunk !== undefined; chunk = await input.next()) {
          // What is read ahead meanwhile goes elsewhere.
          await new Promise(setImmediate)
          copies.push(Buffer.from(chunk))
        }
        await input.close()

        expect(Buffer.concat(copies)).toEqual(Buffer.from(bytes.subarray(start)))
        expect(input.bytesRead).toBe(Math.max(start, bytes.length))
      },
    ),
    { numRuns: 200 },
  )
})

it('gives others their turns, however long nobody else waits for anything', async () => {
  const path = join(folder, 'blank')
  writeFileSync(path, '\n'.repeat(1000))
  const input = await openPlain(path, 0, 10, undefined, clockOf([0]))
  // The first one is read beside.
  await input.next()
  let turns = 0
  const tick = (): void => {
    turns++
    next = setImmediate(tick)
  }
  let next = setImmediate(tick)

  while ((await input.next()) !== undefined);

  clearImmediate(next)
  await input.close()
  expect(turns).toBeGreaterThanOrEqual(5)
})

it.each([
  ['at once', [0]],
  ['beside', [5]],
])('says that a file which it reads %s was cut off', async (_, steps) => {
  const path = join(folder, 'cut')
  writeFileSync(path, 'a'.repeat(100))
  const input = await openPlain(path, 0, 10, undefined, clockOf(steps))
  for (let read = 0; read < 4; read++) await input.next()

  truncateSync(path, 5)

  const rest = async (): Promise<void> => {
    while ((await input.next()) !== undefined);
  }
  await expect(rest()).rejects.toMatchObject({ code: 'FILE_SHRUNK' })
  await input.close()
})
