import { invariant, isMillraceError, parseDuration } from '@millrace/base'
import {
  type Batch,
  type BatchOutput,
  defineStage,
  type Injection,
  inTurns,
  type Key,
  PARTIALS,
  type RecordContext,
  type StageContext,
  type StageDefinition,
  type StageInstance,
  type StageScope,
} from '@millrace/sdk'
import {
  aggregateSchema,
  type AggregateParameters,
  checkAggregate,
  fieldsOfUpdates,
} from './aggregate-parameters.ts'
import { compileAggregates } from './aggregate-set.ts'
import { createCombiner, type Panes, type PartialGroup } from './combiner.ts'
import { areOfNumbers, fieldsOfValues } from './fields-of-values.ts'
import { Groups } from './groups.ts'

/**
 * Takes records in one by one and in batches; with `update` hands out a result for each. A batch ends where event time passes
 * the next multiple of `everyMs`.
 */
function takes(
  groups: Groups,
  update: boolean,
  everyMs = Number.POSITIVE_INFINITY,
): Pick<StageInstance, 'process' | 'processBatch'> {
  const at = { timestamp: 0, key: undefined as Key | undefined }
  return {
    process(record: unknown, context: RecordContext) {
      groups.add(record, context)
      return update ? groups.result(context.key, false) : undefined
    },
    processBatch(batch: Batch, output: BatchOutput) {
      const next = nextMultiple(batch.watermark(0), everyMs)
      for (let index = 0; index < batch.length; index++) {
        if (batch.watermark(index) >= next) return index
        try {
          at.timestamp = batch.timestamp(index)
          // Asking for the key makes it the one that state follows.
          at.key = batch.key(index)
          groups.add(batch.value(index), at)
          if (update) output.emit(index, groups.result(at.key, false))
        } catch (error) {
          // A throw from here would run the batch again, and what is counted cannot be taken back.
          invariant(isMillraceError(error), 'Groups and keys throw coded errors only.')
          output.reject(index, error.code, error.message)
        }
      }
      return batch.length
    },
  }
}

/** The first multiple of `everyMs` after a watermark. */
function nextMultiple(watermark: number, everyMs: number): number {
  if (everyMs === Infinity) return Infinity
  return watermark === -Infinity
    ? -Number.MAX_VALUE
    : (Math.floor(watermark / everyMs) + 1) * everyMs
}

/** Hands out the groups that changed before the last multiple of `everyMs` which the watermark has passed, some at a time. */
function emitsEvery(groups: Groups, everyMs: number): NonNullable<StageInstance['onWatermark']> {
  return inTurns((watermark, context) => {
    const multiple = Math.floor(watermark / everyMs) * everyMs
    // The context still has the watermark before this one: nothing need be remembered, so a new instance can take over.
    const last = Math.floor(context.watermark / everyMs) * everyMs
    // An infinite watermark is the end: what is left goes out with onEnd.
    const isPassed = Number.isFinite(multiple) && multiple > last
    return isPassed ? emitChanged(groups, multiple, context) : undefined
  })
}

function* emitChanged(groups: Groups, before: number, context: StageContext): Iterator<number> {
  for (const { result } of groups.changedBefore(before)) {
    context.emit(result, { timestamp: before - 1 })
    yield 1
  }
}

/** Hands out all groups for the last time. */
function emitLast(groups: Groups, context: StageContext): void {
  for (const { result, latest } of groups.last()) context.emit(result, { timestamp: latest })
}

type Scope = StageScope & Injection<AggregateParameters>

function createInstance(scope: Scope): StageInstance {
  return instanceOf(scope, groupsOf(scope))
}

const always: Panes = {
  start: () => 0,
  next: () => Number.POSITIVE_INFINITY,
  until: () => Number.POSITIVE_INFINITY,
}

function createBefore(scope: Scope): StageInstance {
  const { expressions, parameters } = scope
  return createCombiner(compileAggregates(parameters.aggregate, expressions), always, scope)
}

function createAfter(scope: Scope): StageInstance {
  const groups = groupsOf(scope)
  return {
    ...instanceOf(scope, groups),
    on: { [PARTIALS]: (partial: PartialGroup) => groups.absorb(partial) },
    onBatch: {
      [PARTIALS](batch) {
        for (let index = 0; index < batch.length; index++) {
          // Asking for the key makes it the one that state follows.
          batch.key(index)
          groups.absorb(batch.value(index) as PartialGroup)
        }
      },
    },
  }
}

function groupsOf({ expressions, parameters: { aggregate, emit }, state }: Scope): Groups {
  return new Groups(compileAggregates(aggregate, expressions), emit !== 'end', state)
}

function instanceOf({ keyNames, parameters: { emit } }: Scope, groups: Groups): StageInstance {
  if (emit === 'end') {
    return {
      ...takes(groups, false),
      onEnd(context) {
        // Without keys there is one result, of no records if need be.
        if (groups.isEmpty && keyNames.length === 0) context.emit(groups.empty())
        else emitLast(groups, context)
      },
    }
  }
  const onEnd = (context: StageContext): void => emitLast(groups, context)
  if (emit === 'update') return { ...takes(groups, true), onEnd }
  const everyMs = parseDuration(emit.every) ?? 0
  invariant(everyMs > 0, 'The check of parameters has refused other lengths of time.')
  return { ...takes(groups, false, everyMs), onWatermark: emitsEvery(groups, everyMs), onEnd }
}

/**
 * Folds records into named values, per key where the stage has `by`. A result is the key fields plus the values.
 * `emit: end` gives one per key in first-seen order when the input is over, with the largest event time of the key
 * (without `by` also when there were no records); `update` one for each record; `{ every }` the running values of the
 * keys that changed, with event time one millisecond before the multiple that was passed. These two carry `revision`, counted
 * from 0 for each key, and `final`: each replaces the one before, and the last one of each key, true in `final`, comes when the
 * input is over.
 */
export const aggregate: StageDefinition<AggregateParameters> = defineStage({
  name: 'aggregate',
  summary: 'Counts, sums, means, quantiles and more, by key.',
  parameters: aggregateSchema,
  main: 'aggregate',
  outputs: {
    out: 'The key fields and the named values; revision and final where there is more than one result.',
  },
  keeps: 'state',
  absorbs: true,
  reads: ({ aggregate }) => fieldsOfValues(aggregate).read,
  expects: ({ aggregate }) => fieldsOfValues(aggregate).expected,
  updates: { makes: ({ emit }) => emit !== 'end' },
  retains: ({ emit }) =>
    `It keeps the values of each key until the input is over${emit === 'end' ? '' : '; keys are never let go before'}.`,
  shape: ({ aggregate, emit }, { keys }) => ({
    out: [...keys, ...Object.keys(aggregate), ...fieldsOfUpdates(emit)],
  }),
  check: checkAggregate,
  combined: ({ aggregate, emit }) => {
    const isCombined = emit === 'end' && areOfNumbers(aggregate)
    return isCombined ? { before: createBefore, after: createAfter } : undefined
  },
  create: createInstance,
})
