import { expect, it } from 'vitest'
import type { ParkedRecord } from './dead-letter.ts'
import { ParkingLot } from './parking-lot.ts'
import { noOrigins } from './record-batch.ts'

const parked = (id: string): ParkedRecord => ({
  id,
  record: id,
  raw: null,
  stage: 'stage',
  input: 'in',
  key: { user: 'ada' },
  eventTime: 0,
  error: null,
  position: null,
  attempts: 0,
  time: 0,
})

it('lists the records of a key in order also where a release is cut short after one waits again', () => {
  const lot = new ParkingLot(10)
  const troubled = { record: 1, timestamp: 0, mark: 0, table: noOrigins, row: -1 }
  lot.add(parked('first'), troubled, 0)
  lot.add(parked('second'), troubled, 0)

  const [first] = lot.take({})
  if (first !== undefined) lot.putBack(first)

  expect(lot.records.map(({ id }) => id)).toEqual(['first', 'second'])
})
