import { invariant } from '@millrace/base'
import {
  defineStage,
  type Injection,
  type RecordContext,
  type StageContext,
  type StageDefinition,
  type StageInstance,
  type StageScope,
} from '@millrace/sdk'
import { checkJoin } from './check-join.ts'
import { fieldsRead } from './fields-read.ts'
import { isPaired, joinSchema, type JoinParameters, toMs } from './join-parameters.ts'
import type { Joining, JoiningOptions } from './joining.ts'
import { LookupJoin } from './lookup-join.ts'
import { PairJoin } from './pair-join.ts'
import { LEFT, reachOf, RIGHT } from './reach.ts'
import { Results } from './results.ts'
import { retained } from './retained.ts'

function createInstance({
  expressions,
  inputs,
  keyNames,
  outputs,
  parameters,
  state,
}: StageScope & Injection<JoinParameters>): StageInstance {
  const { asOf, kind, lateness, table, within } = parameters
  const late = outputs['late']
  invariant(late !== undefined, 'The definition declares the output late.')
  const [first, second] = inputs
  invariant(first !== undefined && second !== undefined, 'A join is checked to have two inputs.')
  const looked = table ?? asOf
  const left = looked === first ? 1 : 0
  const names = left === 0 ? ([first, second] as const) : ([second, first] as const)
  const results = new Results(parameters, inputs, left, expressions)
  const options: JoiningOptions = { names, keyNames, latenessMs: toMs(lateness), late }
  const withinMs = typeof within === 'string' ? toMs(within) : Number.POSITIVE_INFINITY
  const joining: Joining =
    looked === undefined
      ? new PairJoin({ ...options, kind, reach: reachOf(parameters), results }, state)
      : new LookupJoin({ ...options, kind, withinMs, results }, state)
  return {
    lagMs: joining.lagMs,
    on: {
      [names[LEFT]]: (record: unknown, context: RecordContext) =>
        joining.take(LEFT, record, context),
      [names[RIGHT]]: (record: unknown, context: RecordContext) =>
        joining.take(RIGHT, record, context),
    },
    onWatermark: (watermark: number, context: StageContext) => joining.release(watermark, context),
  }
}

/**
 * Joins two inputs by key and event time. The first input is the left one; with `table` or `asOf` it is the input that they do
 * not name. A result has the key fields, `windowStart` and `windowEnd` with a window, and one field for each input, null where
 * there is no match; or what `select` maps. `semi` and `anti` give the records of the left as they came. The event time of a
 * result is the later of its two, with `table` and `asOf`, and without a match, that of its one record. Records that come
 * behind the watermark, with a window behind its end, go to the output `late`. A key with null in it matches nothing.
 */
export const join: StageDefinition<JoinParameters> = defineStage({
  name: 'join',
  summary: 'Joins two inputs by key and event time.',
  parameters: joinSchema,
  main: 'within',
  inputs: 'named',
  outputs: {
    out: 'The key fields and one field for each input, or what select maps.',
    late: 'Records too late to be joined: input, record, eventTime, watermark, lateBy.',
  },
  keeps: 'state',
  absorbs: true,
  needsTime: true,
  retains: retained,
  reads: fieldsRead,
  shape(parameters, { inputs, keys }) {
    const { select, window } = parameters
    const windowed = window === undefined ? [] : ['windowStart', 'windowEnd']
    const whole = isPaired(parameters) && inputs ? [...keys, ...windowed, ...inputs] : undefined
    return {
      out: select === undefined ? whole : Object.keys(select),
      late: ['input', 'record', 'eventTime', 'watermark', ...windowed, 'lateBy'],
    }
  },
  check: checkJoin,
  create: createInstance,
})
