import {
  defineStage,
  type Injection,
  type RecordContext,
  type StageContext,
  type StageDefinition,
  type StageInstance,
  type StageScope,
  type TimerContext,
} from '@millrace/sdk'
import { invariant } from '@millrace/base'
import { checkPattern } from './check-pattern.ts'
import { patternExpects, patternReads } from './fields-of-pattern.ts'
import { Matcher } from './matcher.ts'
import { type PatternParameters, patternSchema } from './pattern-parameters.ts'
import { stepNames } from './plan.ts'
import { retains } from './retains.ts'

function createInstance({
  parameters,
  expressions,
  inputs,
  outputs,
  state,
  timers,
}: StageScope & Injection<PatternParameters>): StageInstance {
  const { late, timeouts } = outputs
  const [input = 'in'] = inputs
  invariant(late !== undefined, 'The definition declares the output late.')
  const matcher = new Matcher({
    parameters,
    expressions,
    state,
    timers: timers.event,
    timeouts,
    input,
  })
  return {
    process(record: unknown, context: RecordContext) {
      const { timestamp, watermark } = context
      if (timestamp >= watermark) matcher.hold(record, context)
      else late.emit({ record, eventTime: timestamp, watermark, lateBy: watermark - timestamp })
    },
    onTimer(_timer, context: TimerContext) {
      matcher.advance(context.watermark, context)
      matcher.close(context.watermark, context.key, context)
    },
    onWatermark(watermark: number, context: StageContext) {
      matcher.advance(watermark, context)
    },
  }
}

/**
 * Finds sequences of records in event time, per key where the stage has `by`: each step takes the first records behind the
 * step before it that fit. Records are looked at when the watermark has passed them. A result has the key fields,
 * `matchStart` and `matchEnd` (epoch ms: of its first and last record, or when its time was over) and what `select` says; its
 * event time is `matchEnd`. Records behind the watermark go to the output `late`.
 */
export const pattern: StageDefinition<PatternParameters> = defineStage({
  name: 'pattern',
  summary: 'Finds sequences of records in event time, by key.',
  parameters: patternSchema,
  outputs: ({ timeouts }) => ({
    out: 'The matches: the key fields, matchStart, matchEnd and what select says.',
    late: 'Records that came behind the watermark: record, eventTime, watermark, lateBy.',
    ...(timeouts === undefined
      ? {}
      : {
          timeouts:
            'Partial matches that ran out of time: the key fields, matchStart, matchEnd, waitedFor and what timeouts says.',
        }),
  }),
  keeps: 'state',
  absorbs: true,
  reads: patternReads,
  expects: patternExpects,
  shape: (parameters, { keys }) => {
    const { select, timeouts } = parameters
    const own = [...keys, 'matchStart', 'matchEnd']
    return {
      out: [...own, ...(select === undefined ? stepNames(parameters) : Object.keys(select))],
      late: ['record', 'eventTime', 'watermark', 'lateBy'],
      ...(timeouts === undefined
        ? {}
        : { timeouts: [...own, 'waitedFor', ...Object.keys(timeouts)] }),
    }
  },
  retains,
  check: checkPattern,
  create: createInstance,
})
