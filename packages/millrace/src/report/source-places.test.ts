import type { SourceSnapshot } from '@millrace/engine'
import { expect, it } from 'vitest'
import { placeJson, sourcePlaces } from './source-places.ts'

type Partition = SourceSnapshot['partitions'][number]

const marks = { mark: 0, largest: 0 }
const whole: Partition = { name: 'a.csv', offset: 1200, position: { line: 7 }, bytes: 90, ...marks }
const begun: Partition = {
  ...whole,
  name: '/jobs/a.jsonl',
  offset: 12_400_000,
  piece: { from: 8_388_608, to: 16_777_216 },
}
const rest: Partition = {
  ...begun,
  offset: 16_777_216,
  piece: { from: 16_777_216, to: Number.POSITIVE_INFINITY },
}

function source(partitions: readonly Partition[], more: Partial<SourceSnapshot> = {}) {
  const counts = { id: 's', module: 'file', read: 9, sent: 9, malformed: 0 }
  return {
    isOver: false,
    partitions,
    done: [],
    bytesDone: 0,
    watermark: 0,
    letters: { byCode: {}, first: [], unplaced: 0 },
    counts: { ...counts, bytes: 12_400_000, bytesTotal: 80_000_000 },
    ...more,
  }
}

it('says of pieces at which byte they are, and of whole partitions at which entry', () => {
  const rows = sourcePlaces(
    { split: source([begun, rest]), one: source([whole]), over: source([], { isOver: true }) },
    '/jobs',
  )

  expect(rows).toEqual([
    ['  split', '12.4 of 80.0 MB, in pieces'],
    ['  split a.jsonl', 'byte 12,400,000', 'of 8,388,608 to byte 16,777,216'],
    ['  split a.jsonl', 'byte 16,777,216', 'of 16,777,216 to its end'],
    ['  one a.csv', 'entry 1,200', '{"line":7}'],
    ['  over', 'at its end'],
  ])
})

it('says to machines what an offset counts', () => {
  const { position } = whole
  expect([whole, rest].map(placeJson)).toEqual([
    { name: 'a.csv', offset: 1200, unit: 'entries', piece: null, position },
    {
      name: '/jobs/a.jsonl',
      offset: 16_777_216,
      unit: 'bytes',
      piece: { from: 16_777_216, to: null },
      position,
    },
  ])
})
