import { defineSource, type Malformed } from '@millrace/sdk'
import { runSource } from '@millrace/testkit'
import { sourceLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'

// What your source reads: here texts by name, elsewhere files, tables or topics.
const shelf = new Map<string, readonly string[]>()

// A source of your own: reads such texts page by page, and goes on from any page.
const pages = defineSource({
  name: 'pages',
  summary: 'Reads texts from the shelf.',
  parameters: z.strictObject({ name: z.string(), perPage: z.int().min(1).default(100) }),
  replay: 'position',
  ends: true,
  create: ({ parameters: { name, perPage } }) => ({
    async *read(_partition, position, { signal }) {
      const texts = shelf.get(name) ?? []
      for (let at = Number(position ?? 0); at < texts.length && !signal.aborted; at += perPage) {
        const page = await Promise.resolve(texts.slice(at, at + perPage))
        const values: unknown[] = []
        const offsets: number[] = []
        const malformed: Malformed[] = []
        for (const [index, raw] of page.entries()) {
          const offset = at + index
          if (raw === '') malformed.push({ offset, raw, code: 'EMPTY', message: 'No text.' })
          else {
            values.push({ text: raw })
            offsets.push(offset)
          }
        }
        yield { values, offsets, malformed, position: at + perPage }
      }
    },
  }),
})

// One test by hand.
it('gives an empty text to the dead letters', async () => {
  shelf.set('by hand', ['one', '', 'two'])

  const run = await runSource(pages, { parameters: { name: 'by hand' } })

  expect(run.output).toEqual([{ text: 'one' }, { text: 'two' }])
  expect(run.rejected.map(({ code }) => code)).toEqual(['EMPTY'])
})

// And thirteen by one call: inputs that nobody had in mind, how to put one in place, and what must come of it.
sourceLaws(pages, {
  inputs: fc.record({
    texts: fc.array(fc.constantFrom('one', 'two', '')),
    perPage: fc.integer({ min: 1, max: 5 }),
  }),
  parameters({ texts, perPage }) {
    shelf.set('by chance', texts)
    return { name: 'by chance', perPage }
  },
  entries: ({ texts }) =>
    texts.map((text) => (text === '' ? { malformed: true } : { value: { text } })),
})
