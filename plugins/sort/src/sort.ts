import { invariant, TimerHeap } from '@millrace/base'
import { defineStage, type RecordContext, type StageDefinition } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { SORT_FULL } from './errors.ts'

const schema = z.strictObject({
  most: z.int().positive().default(1_000_000).meta({
    description: 'Most records held at a time; one more fails with code SORT_FULL.',
  }),
})

/** Parameters of `sort`, defaults filled in. */
export type SortParameters = z.output<typeof schema>

/** Most records let go between two turns of others. */
const atOnce = 1024

/** What a snapshot holds, as a heap. */
function heapOf(data: unknown): TimerHeap<unknown> {
  const heap = new TimerHeap<unknown>()
  for (const [time, record] of data as readonly (readonly [number, unknown])[]) {
    heap.add(time, record)
  }
  return heap
}

/**
 * Hands records on, untouched, in the order of event time, those of the same time as they came: each as soon as the watermark has
 * passed its time, the rest when the input is over. With `by` too the order is that of all records. One behind the watermark
 * goes to the output `late` as `{ record, eventTime, watermark, lateBy }`, times in epoch ms; one more than `most` fails with
 * SORT_FULL.
 */
export const sort: StageDefinition<SortParameters> = defineStage({
  name: 'sort',
  summary: 'Puts records in the order of event time.',
  parameters: schema,
  main: 'most',
  outputs: {
    out: 'The records, in the order of event time.',
    late: 'Records behind the watermark: record, eventTime, watermark, lateBy.',
  },
  keeps: 'state',
  needsTime: true,
  absorbs: true,
  passes: 'same',
  reads: () => [],
  shape: (_parameters, { fields }) => ({
    out: fields,
    late: ['record', 'eventTime', 'watermark', 'lateBy'],
  }),
  retains: () => 'It keeps each record until the watermark has passed its time.',
  create({ parameters: { most }, outputs, state }) {
    // One heap over all keys: one per key would be in order by itself only.
    const held = state.global().object<TimerHeap<unknown>>('held', {
      create: () => new TimerHeap(),
      snapshot: (heap) => heap.inOrder().map(({ dueMs, value }) => [dueMs, value]),
      restore: heapOf,
    })
    const late = outputs['late']
    invariant(late !== undefined, 'The definition declares the output late.')
    const full = SORT_FULL({ most })
    return {
      process(record: unknown, context: RecordContext) {
        const { timestamp, watermark } = context
        if (timestamp < watermark) {
          late.emit({ record, eventTime: timestamp, watermark, lateBy: watermark - timestamp })
        } else if (held.get().size >= most) context.reject(full.code, full.message)
        else held.get().add(timestamp, record)
      },
      // Without a batch handler: nearly every record moves the watermark, and what it lets go must leave in front of it.
      onWatermark(watermark, context) {
        const heap = held.get()
        for (let count = 0; count < atOnce; count++) {
          const first = heap.peek()
          if (first === undefined || first.dueMs >= watermark) {
            // Empty and full again for each record it would be made anew each time.
            if (watermark === Infinity) held.clear()
            return false
          }
          heap.pop()
          context.emit(first.value, { timestamp: first.dueMs })
        }
        return true
      },
    }
  },
})
