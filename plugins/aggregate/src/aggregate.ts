import { invariant, isMillraceError, parseDuration } from '@millrace/base'
import {
  type Batch,
  type BatchOutput,
  defineStage,
  type ExpressionScope,
  type Key,
  type RecordContext,
  type StageContext,
  type StageDefinition,
  type StageInstance,
} from '@millrace/sdk'
import { aggregateSchema, type AggregateParameters, checkAggregate } from './aggregate-parameters.ts'
import { compileAggregates } from './aggregate-set.ts'
import { type Group, Groups } from './groups.ts'

/** Takes records in one by one and in batches; with `update` hands out a result for each. */
function takes(groups: Groups, update: boolean): Pick<StageInstance, 'process' | 'processBatch'> {
  const at = { timestamp: 0, key: undefined as Key | undefined }
  return {
    process(record: unknown, context: RecordContext) {
      const group = groups.add(record, context)
      return update ? groups.result(group) : undefined
    },
    processBatch(batch: Batch, output: BatchOutput) {
      for (let index = 0; index < batch.length; index++) {
        at.timestamp = batch.timestamp(index)
        at.key = batch.key(index)
        try {
          const group = groups.add(batch.value(index), at)
          if (update) output.emit(index, groups.result(group))
        } catch (error) {
          // Groups throw coded errors only, before they change: the records before this one stay counted.
          invariant(isMillraceError(error), 'A group throws coded errors only.')
          output.reject(index, error.code, error.message)
        }
      }
    },
  }
}

function emitGroup(groups: Groups, group: Group, context: StageContext, timestamp: number): void {
  // A group without records has no time of its own: the engine's default is right.
  if (timestamp === -Infinity) context.emit(groups.result(group))
  else context.emit(groups.result(group), { timestamp })
}

/** Results of the groups that changed, each time the watermark has passed a multiple of `everyMs`. */
function everyMultiple(
  groups: Groups,
  everyMs: number,
): (watermark: number, context: StageContext) => void {
  let last: number | undefined
  return (watermark, context) => {
    // Infinity is the end: what is left then goes out with onEnd.
    if (!Number.isFinite(watermark) || groups.earliest === Infinity) return
    last ??= Math.floor(groups.earliest / everyMs) * everyMs
    const multiple = Math.floor(watermark / everyMs) * everyMs
    if (multiple <= last) return
    last = multiple
    for (const group of groups.takeChanged()) emitGroup(groups, group, context, multiple - 1)
  }
}

function createInstance(
  { aggregate, emit }: AggregateParameters,
  expressions: ExpressionScope,
  keyless: boolean,
): StageInstance {
  const groups = new Groups(compileAggregates(aggregate, expressions))
  if (emit === 'update') return takes(groups, true)
  if (emit === 'end') {
    return {
      ...takes(groups, false),
      onEnd(context) {
        for (const group of groups.all(keyless)) {
          emitGroup(groups, group, context, group.timestamp)
        }
      },
    }
  }
  const everyMs = parseDuration(emit.every) ?? 0
  invariant(everyMs > 0, 'The check of parameters has refused other lengths of time.')
  return {
    ...takes(groups, false),
    onWatermark: everyMultiple(groups, everyMs),
    onEnd(context) {
      for (const group of groups.takeChanged()) {
        emitGroup(groups, group, context, group.timestamp)
      }
    },
  }
}

/**
 * Folds records into named values, per key where the stage has `by`. A result is the key fields plus the values.
 * `emit: end` gives one per key in first-seen order when the input is over, with the largest event time of the key
 * (without `by` also when there were no records); `update` one for each record; `{ every }` the running values of the
 * keys that changed, with event time one millisecond before the multiple that was passed, and the rest at the end.
 */
export const aggregate: StageDefinition<AggregateParameters> = defineStage({
  name: 'aggregate',
  summary: 'Counts, sums, means, quantiles and more, by key.',
  parameters: aggregateSchema,
  main: 'aggregate',
  outputs: { out: 'The key fields and the named values.' },
  keeps: 'instance',
  absorbs: true,
  reads({ aggregate }) {
    try {
      return compileAggregates(aggregate, { env: {}, functions: [], aggregates: [] }).fields
    } catch {
      // A function of the job's own: what it reads is known only at create.
      return undefined
    }
  },
  shape: ({ aggregate }, { keys }) => ({ out: [...keys, ...Object.keys(aggregate)] }),
  check: checkAggregate,
  create: ({ parameters, expressions, keyNames }) =>
    createInstance(parameters, expressions, keyNames.length === 0),
})
