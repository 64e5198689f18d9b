import { invariant, isMillraceError, messageOf, parseDuration } from '@millrace/base'
import { compileExpression, expectedOfTexts } from '@millrace/expression'
import {
  type Batch,
  type BatchOutput,
  defineStage,
  type Injection,
  inTurns,
  type Key,
  type RecordContext,
  type StageContext,
  type StageDefinition,
  type StageInstance,
  type StageScope,
} from '@millrace/sdk'
import { createEventWindows } from '@millrace/window'
import { TOP_EVALUATION, TOP_NOT_A_NUMBER } from './errors.ts'
import { Ranking } from './ranking.ts'
import {
  checkTopN,
  everyMsOf,
  resultFields,
  topNSchema,
  type TopNParameters,
} from './top-n-parameters.ts'
import type { Give, Tops } from './tops.ts'
import { WholeTops } from './whole-tops.ts'
import { WindowTops } from './window-tops.ts'

/** What it keeps, and when it lets go of it. */
function retains({ n, ties, window }: TopNParameters): string {
  const most = n === 1 ? 'one record' : `at most ${n} records`
  const records = ties ? `${most}, and those that equal the last,` : most
  if (window === undefined) return `It keeps ${records} of each key until the input is over.`
  const late = parseDuration(window.lateness) === 0 ? '' : ` by ${window.lateness}`
  return `It keeps ${records} of each key and window, and lets go of a window when the watermark has passed its end${late}.`
}

const UNRANKED = 'nothing to rank by'

function createInstance({
  parameters,
  expressions,
  outputs: { late },
  state,
}: StageScope & Injection<TopNParameters>): StageInstance {
  const { n, of, order, ties, window } = parameters
  const rankedBy = compileExpression(of, expressions)
  const ranking = new Ranking(n, order, ties)
  const windows = window && createEventWindows(window)
  const tops: Tops =
    windows === undefined
      ? new WholeTops(ranking, everyMsOf(parameters), state)
      : new WindowTops(windows, ranking, state)
  const at = { timestamp: 0, key: undefined as Key | undefined, watermark: 0 }
  const giver =
    (context: StageContext): Give =>
    (result, timestamp) =>
      context.emit(result, { timestamp })

  const evaluate = (record: unknown, where: typeof at | RecordContext): unknown => {
    try {
      return rankedBy.evaluate(record, where)
    } catch (error) {
      if (isMillraceError(error)) throw error
      throw TOP_EVALUATION({ of, message: messageOf(error) }, {}, error)
    }
  }
  /** All that can throw. */
  const valueOf = (record: unknown, where: typeof at | RecordContext): number | undefined => {
    const found = evaluate(record, where)
    if (found === null) return undefined
    if (typeof found === 'number' && !Number.isNaN(found)) return found
    const got = typeof found === 'number' ? 'NaN' : `of type ${typeof found}`
    throw TOP_NOT_A_NUMBER({ of, got })
  }
  return {
    lagMs: windows?.latenessMs ?? 0,
    process(record: unknown, context: RecordContext) {
      const value = valueOf(record, context)
      if (value === undefined) {
        context.skip(UNRANKED)
        return
      }
      const tooLate = tops.take(value, record, context)
      if (tooLate !== undefined) late?.emit(tooLate)
    },
    processBatch(batch: Batch, output: BatchOutput) {
      for (let index = 0; index < batch.length; index++) {
        at.watermark = batch.watermark(index)
        if (at.watermark >= tops.due && index > 0) return index
        try {
          at.timestamp = batch.timestamp(index)
          // Asking for the key makes it the one that state follows.
          at.key = batch.key(index)
          const record = batch.value(index)
          const value = valueOf(record, at)
          if (value === undefined) output.skip(index, UNRANKED)
          else {
            const tooLate = tops.take(value, record, at)
            if (tooLate !== undefined) output.emit(index, tooLate, 'late')
          }
        } catch (error) {
          // A throw from here would run the batch again, and what was ranked in a window cannot be taken back.
          invariant(isMillraceError(error), 'Expressions and keys throw coded errors only.')
          output.reject(index, error.code, error.message)
        }
      }
      return batch.length
    },
    onWatermark: inTurns((watermark, context) =>
      watermark < tops.due ? undefined : tops.move(watermark, context.watermark, giver(context)),
    ),
    onEnd: (context) => tops.end(giver(context)),
  }
}

/**
 * The `n` best records by `of`, per key where the stage has `by`. A result is the key fields, `windowStart` and `windowEnd`
 * (epoch ms, the end is not part of it) where there are windows, `rank` from 1, `value` (what `of` gave) and the `record` itself;
 * one per rank, the best first. Records of equal value rank by event time, then in the order in which they came; with `ties` they share
 * a rank, and those that equal the last of the best come too. The event time of results is one
 * millisecond before the end of the window; without windows the largest of the key at the end of the input, and one
 * millisecond before the multiple that was passed with `emit: { every }`. These carry `revision`, counted from 0 for each key, and
 * `final`: each replaces the one before of its key and rank (with `ties` those of a
 * revision replace all of the one before), and the last ones of each key, true in `final`, come when the input
 * is over. Throws of a record: those of the expression, TOP_EVALUATION, TOP_NOT_A_NUMBER.
 */
export const topN: StageDefinition<TopNParameters> = defineStage({
  name: 'top-n',
  summary: 'The best records by a value, per key, over the whole input or per window.',
  parameters: topNSchema,
  outputs: ({ window }) => ({
    out: 'The key fields, windowStart and windowEnd where there are windows, rank, value and record; revision and final with emit: { every }.',
    ...(window && {
      late: 'Records too late for all their windows: record, eventTime, watermark, windowStart, windowEnd, lateBy.',
    }),
  }),
  keeps: 'state',
  absorbs: true,
  expects: ({ of }) => expectedOfTexts([of]),
  shape: (parameters, { keys }) => ({
    out: [...keys, ...resultFields(parameters)],
    ...(parameters.window && {
      late: ['record', 'eventTime', 'watermark', 'windowStart', 'windowEnd', 'lateBy'],
    }),
  }),
  updates: { makes: ({ emit }) => typeof emit === 'object' },
  needsTime: ({ emit, window }) => window !== undefined || typeof emit === 'object',
  retains,
  check: checkTopN,
  create: createInstance,
})
