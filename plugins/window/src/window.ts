import {
  areOfNumbers,
  compileAggregates,
  createCombiner,
  fieldsOfValues,
  type PartialGroup,
} from '@millrace/aggregate'
import { invariant, isMillraceError } from '@millrace/base'
import {
  type Batch,
  type BatchOutput,
  defineStage,
  type Injection,
  inTurns,
  type Key,
  type LateRecord,
  type OutputHandle,
  PARTIALS,
  type RecordContext,
  type StageContext,
  type StageDefinition,
  type StageInstance,
  type StageScope,
} from '@millrace/sdk'
import { checkWindow } from './check-window.ts'
import { Folds } from './folds.ts'
import { createWindows, isOfPanes, panesOf } from './create-windows.ts'
import { retains } from './retains.ts'
import { toMs, windowSchema, type WindowParameters } from './window-parameters.ts'
import type { Out, Windows } from './windows.ts'

/** Results and late records of a record in hand, or of a watermark that moved. */
class ContextOut implements Out {
  readonly #late: OutputHandle
  context: Pick<StageContext, 'emit'> | undefined

  constructor(late: OutputHandle) {
    this.#late = late
  }

  result(value: unknown, timestamp: number): void {
    this.context?.emit(value, { timestamp })
  }

  late(value: LateRecord): void {
    this.#late.emit(value)
  }
}

/** Results and late records of a record of a batch. */
class BatchOut implements Out {
  output: BatchOutput | undefined
  index = 0

  result(value: unknown, timestamp: number): void {
    this.output?.emit(this.index, value, undefined, timestamp)
  }

  late(value: LateRecord): void {
    this.output?.emit(this.index, value, 'late')
  }
}

type Scope = StageScope & Injection<WindowParameters>

function createInstance(scope: Scope): StageInstance {
  const folds = foldsOf(scope)
  return instanceOf(scope, createWindows(scope.parameters, folds, scope.state))
}

function foldsOf({ expressions, parameters: { aggregate, emit } }: Scope): Folds {
  return new Folds(compileAggregates(aggregate, expressions), emit !== 'final')
}

function instanceOf({ parameters, outputs }: Scope, windows: Windows): StageInstance {
  const late = outputs['late']
  invariant(late !== undefined, 'The definition declares the output late.')
  const one = new ContextOut(late)
  const many = new BatchOut()
  const at = { timestamp: 0, key: undefined as Key | undefined, watermark: 0 }
  const lagMs = toMs(parameters.lateness)
  /** The time that a record counts for: with `relaxed` that of a window that is still open. */
  const timeOf = (timestamp: number, watermark: number): number =>
    parameters.relaxed ? Math.max(timestamp, watermark - lagMs) : timestamp
  const processBatch = (batch: Batch, output: BatchOutput): number => {
    many.output = output
    for (let index = 0; index < batch.length; index++) {
      at.watermark = batch.watermark(index)
      if (at.watermark >= windows.due && index > 0) return index
      many.index = index
      try {
        at.timestamp = timeOf(batch.timestamp(index), at.watermark)
        // Asking for the key makes it the one that state follows.
        at.key = batch.key(index)
        windows.take(batch.value(index), at, many)
      } catch (error) {
        // A throw from here would run the batch again, and what was added cannot be taken back.
        invariant(isMillraceError(error), 'Windows and keys throw coded errors only.')
        output.reject(index, error.code, error.message)
      }
    }
    return batch.length
  }
  return {
    lagMs,
    process(record: unknown, context: RecordContext) {
      one.context = context
      at.timestamp = timeOf(context.timestamp, context.watermark)
      at.key = context.key
      at.watermark = context.watermark
      windows.take(record, at, one)
    },
    // What a hook of an emitter throws is a matter of its record alone.
    ...(parameters.emitter === undefined ? { processBatch } : {}),
    onWatermark: inTurns((watermark, context) => {
      if (watermark < windows.due) return undefined
      one.context = context
      return windows.fire(watermark, context.watermark, one)
    }),
  }
}

/** The first half: folds by pane what is late for none of the windows that hold it. */
function createBefore(scope: Scope): StageInstance {
  const { expressions, parameters } = scope
  const { latenessMs, plan } = panesOf(parameters)
  const panes = {
    start: (timestamp: number) => plan.panes.start(timestamp),
    next: (timestamp: number) => plan.panes.next(timestamp),
    until: (pane: number) => plan.firstEnd(pane) + latenessMs,
  }
  return createCombiner(compileAggregates(parameters.aggregate, expressions), panes, scope)
}

function createAfter(scope: Scope): StageInstance {
  const folds = foldsOf(scope)
  const windows = createWindows(scope.parameters, folds, scope.state)
  const at = { timestamp: 0, key: undefined as Key | undefined, watermark: 0 }
  const nowhere: Out = {
    result: () => invariant(false, 'Panes give results when they are over.'),
    late: () => invariant(false, 'No record of it was late for whoever was ahead.'),
  }
  const take = (partial: PartialGroup, key: Key | undefined, watermark: number): void => {
    at.timestamp = partial.pane
    at.key = key
    at.watermark = watermark
    folds.partial = partial
    windows.take(partial, at, nowhere)
    folds.partial = undefined
  }
  return {
    ...instanceOf(scope, windows),
    on: {
      [PARTIALS]: (partial: PartialGroup, { key, watermark }: RecordContext) => {
        take(partial, key, watermark)
      },
    },
    onBatch: {
      [PARTIALS](batch) {
        for (let index = 0; index < batch.length; index++) {
          const watermark = batch.watermark(index)
          if (watermark >= windows.due && index > 0) return index
          take(batch.value(index) as PartialGroup, batch.key(index), watermark)
        }
        return batch.length
      },
    },
  }
}

/**
 * Folds the records of windows into named values, per key where the stage has `by`. A result has the key fields, `windowStart`
 * and `windowEnd` (epoch ms, the end is not part of it; null for a global window) and the values; its event time is one
 * millisecond before the end. Where there is more than one result for a window it also has `revision`, counted from 0, and
 * `final`, true for the last one. Records too late for all their windows go to the output `late`.
 */
export const window: StageDefinition<WindowParameters> = defineStage({
  name: 'window',
  summary: 'Counts, sums and more over windows of event time, by key.',
  parameters: windowSchema,
  outputs: {
    out: 'The key fields, windowStart, windowEnd and the named values.',
    late: 'Records too late for all their windows: record, eventTime, watermark, windowStart, windowEnd, lateBy.',
  },
  keeps: 'state',
  needsTime: ({ count, global, maxWait }) =>
    global !== true && (count === undefined || maxWait !== undefined),
  absorbs: true,
  reads: ({ aggregate }) => fieldsOfValues(aggregate).read,
  expects: ({ aggregate }) => fieldsOfValues(aggregate).expected,
  shape: ({ aggregate, emit, session }, { keys }) => ({
    out: [
      ...keys,
      'windowStart',
      'windowEnd',
      ...Object.keys(aggregate),
      ...(emit === 'final' ? [] : ['revision', 'final']),
      ...(emit !== 'final' && session !== undefined ? ['replaces'] : []),
    ],
    late: ['record', 'eventTime', 'watermark', 'windowStart', 'windowEnd', 'lateBy'],
  }),
  updates: { makes: ({ emit }) => emit !== 'final' },
  retains,
  check: checkWindow,
  combined: (parameters) => {
    const isCombined = isOfPanes(parameters) && areOfNumbers(parameters.aggregate)
    return isCombined ? { before: createBefore, after: createAfter } : undefined
  },
  create: createInstance,
})
