import { invariant, isMillraceError, parseDuration } from '@millrace/base'
import { compilePath } from '@millrace/expression'
import {
  type Batch,
  type BatchOutput,
  defineStage,
  type Injection,
  type LateRecord,
  type RecordContext,
  type StageDefinition,
  type StageInstance,
  type StageScope,
} from '@millrace/sdk'
import { checkDedupe, dedupeSchema, type DedupeParameters, pathsOf } from './dedupe-parameters.ts'
import { identifier } from './identify.ts'
import { Seen } from './seen.ts'

function createInstance({
  parameters,
  outputs: { duplicates, late },
  state,
}: StageScope & Injection<DedupeParameters>): StageInstance {
  invariant(duplicates !== undefined && late !== undefined, 'The definition declares them.')
  const identify = identifier(pathsOf(parameters).map(compilePath))
  const seen = new Seen(parseDuration(parameters.within) ?? Number.NaN, state)
  return {
    process(record: unknown, context: RecordContext) {
      const { timestamp, watermark } = context
      const verdict = seen.take(identify(record), timestamp, watermark)
      if (verdict === 'first') return record
      if (verdict === 'late') late.emit(lateRecord(record, timestamp, watermark))
      else if (duplicates.isRead) duplicates.emit(record)
      else context.skip('duplicate')
      return undefined
    },
    processBatch(batch: Batch, output: BatchOutput) {
      for (let index = 0; index < batch.length; index++) {
        try {
          const record = batch.value(index)
          const time = batch.timestamp(index)
          const watermark = batch.watermark(index)
          // Asking for the key makes it the one that state follows.
          batch.key(index)
          const verdict = seen.take(identify(record), time, watermark)
          if (verdict === 'first') output.pass(index)
          else if (verdict === 'late')
            output.emit(index, lateRecord(record, time, watermark), 'late')
          else if (duplicates.isRead) output.emit(index, record, 'duplicates')
          else output.skip(index, 'duplicate')
        } catch (error) {
          if (!isMillraceError(error)) throw error
          output.reject(index, error.code, error.message)
        }
      }
    },
    onWatermark: (watermark) => seen.release(watermark),
  }
}

function lateRecord(record: unknown, eventTime: number, watermark: number): LateRecord {
  return { record, eventTime, watermark, lateBy: watermark - eventTime }
}

/**
 * Hands on, untouched, the first record of each `of` (and key, where the stage has `by`); those that come less than `within`
 * from it in event time go to the output `duplicates`. The next first one is the first to come at `within` from it, or further.
 * A record behind the watermark that repeats none it remembers goes to the output `late` as
 * `{ record, eventTime, watermark, lateBy }`, times in epoch ms. Values that are no part of a key fail with DEDUPE_KEY.
 */
export const dedupe: StageDefinition<DedupeParameters> = defineStage({
  name: 'dedupe',
  summary: 'Passes the first record of each key within a time of event time.',
  parameters: dedupeSchema,
  main: 'within',
  outputs: {
    out: 'The first record of each.',
    duplicates: 'Records that repeat one that was passed.',
    late: 'Records too late to know whether they repeat one: record, eventTime, watermark, lateBy.',
  },
  optionalOutputs: ['duplicates'],
  keeps: 'state',
  needsTime: true,
  passes: 'same',
  reads: (parameters) => pathsOf(parameters).flatMap((path) => compilePath(path).fields),
  expects: (parameters) => pathsOf(parameters).flatMap((path) => compilePath(path).fields),
  shape: (_parameters, { fields }) => ({
    out: fields,
    duplicates: fields,
    late: ['record', 'eventTime', 'watermark', 'lateBy'],
  }),
  retains: ({ within }) =>
    `It remembers each record it passed until the watermark has passed its time, and that of those in front of it, by ${within}.`,
  check: checkDedupe,
  create: createInstance,
})
