import { defineEmitter, type Emission, type Emitter } from '@millrace/sdk'
import { z } from 'zod'

/** A record of the sample. */
export interface Valued {
  readonly x: number
}

interface Held {
  /** In the order of `x`. */
  readonly records: Valued[]
  from: number
  to: number
}

/** Even values in ascending order, `size` at a time: the sample of an emitter. */
export default defineEmitter({
  name: 'sortedEvens',
  summary: 'Even values in ascending order, so many at a time.',
  parameters: z.strictObject({
    size: z.int().positive().default(3),
    maxWaitMs: z.int().positive().optional(),
  }),
  main: 'size',
  create({ parameters: { maxWaitMs, size } }): Emitter<Held> {
    const take = ({ from, records, to }: Held): Emission => ({
      start: from,
      end: to + 1,
      records: [...records],
    })
    return {
      begin: (): Held => ({ records: [], from: Infinity, to: -Infinity }),
      add(held, record, moment) {
        const valued = record as Valued
        if (!Number.isInteger(valued.x) || valued.x % 2 !== 0) return []
        if (held.records.length === 0 && maxWaitMs !== undefined) {
          moment.wake(moment.timestamp + maxWaitMs)
        }
        const index = held.records.findIndex(({ x }) => x > valued.x)
        held.records.splice(index < 0 ? held.records.length : index, 0, valued)
        held.from = Math.min(held.from, moment.timestamp)
        held.to = Math.max(held.to, moment.timestamp)
        if (held.records.length < size) return []
        moment.forget()
        return take(held)
      },
      onTime(held, moment) {
        moment.forget()
        return take(held)
      },
      flush: (held) => (held.records.length === 0 ? [] : take(held)),
    }
  },
})
