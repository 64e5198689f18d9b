import { defineSink, type Rejection } from '@millrace/sdk'
import { runSink } from '@millrace/testkit'
import { sinkLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'

// What your sink writes to: here lists by name, elsewhere files, tables or topics.
const shelf = new Map<string, readonly unknown[]>()

// A sink of your own: puts a whole run of records there at once, at its end.
const shelved = defineSink({
  name: 'shelved',
  summary: 'Writes lists to the shelf.',
  parameters: z.strictObject({ name: z.string(), most: z.int().default(100) }),
  guarantee: 'A list is there whole when the job is done, and a failed job leaves the old one.',
  replaces: true,
  create({ parameters: { name, most } }) {
    const held: unknown[] = []
    return {
      write(batch) {
        const rejected: Rejection[] = []
        for (let index = 0; index < batch.length; index++) {
          const value = batch.value(index)
          if (typeof value === 'number' && value <= most) held.push(value)
          else rejected.push({ index, code: 'SHELF', message: 'Not for us.', retry: false })
        }
        return { rejected }
      },
      commit: () => void shelf.set(name, held),
      abort: () => ({ discarded: held.length }),
    }
  },
})

// One test by hand.
it('refuses what is too large', async () => {
  const parameters = { name: 'by hand', most: 10 }

  const run = await runSink(shelved, { parameters, input: [5, 11, 7] })

  expect(shelf.get('by hand')).toEqual([5, 7])
  expect(run.rejected.map(({ record }) => record)).toEqual([11])
})

// And eight by one call: records that nobody had in mind, a new place for each run, and how a reader sees it.
let places = 0
sinkLaws(shelved, {
  records: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.jsonValue()),
  parameters: [{}, { most: 50 }],
  place(parameters) {
    const name = `place ${places++}`
    return { parameters: { ...(parameters as object), name }, read: () => shelf.get(name) ?? [] }
  },
})
