import { expect, it } from 'vitest'
import { whyUnordered } from './why-unordered.ts'

const reads = (from: readonly string[], mode = 'ordered', workers = 2) => ({
  id: 'slow',
  inputs: [{ from: from.map((id) => ({ id })) }],
  parallel: { workers, mode },
})
const keyed = { id: 'keyed', inputs: [], parallel: { workers: 2, mode: 'keyed' } }
const ordered = { id: 'first', inputs: [], parallel: { workers: 2, mode: 'ordered' } }
const stages = [keyed, ordered]

it('tells where there is no order to keep', () => {
  expect(whyUnordered(reads(['source', 'first']), stages, false)).toBe(
    'reads several outputs, whose records come in no order',
  )
  expect(whyUnordered(reads(['keyed']), stages, false)).toBe(
    'reads "keyed", whose results come in no order',
  )
  expect(whyUnordered(reads(['source']), stages, true)).toBe(
    'parks records that fail, which come back in no order',
  )
})

it('has nothing to say where there is one, or none is asked for', () => {
  expect(whyUnordered(reads(['source']), stages, false)).toBeUndefined()
  expect(whyUnordered(reads(['first']), stages, false)).toBeUndefined()
  expect(whyUnordered(reads(['keyed'], 'unordered'), stages, true)).toBeUndefined()
  expect(whyUnordered(reads(['keyed'], 'ordered', 1), stages, true)).toBeUndefined()
})
