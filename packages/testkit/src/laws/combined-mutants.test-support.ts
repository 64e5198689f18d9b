import {
  type Batch,
  type BatchOutput,
  defineStage,
  type Key,
  PARTIALS,
  type RecordContext,
  type StageContext,
  type StageDefinition,
  type StageHalves,
  type StageInstance,
  type StageScope,
  type Timer,
} from '@millrace/sdk'
import { parameters, type Limit, type Mutant } from './stage-mutants.test-support.ts'

interface Reading {
  readonly value: number
}

/** Readings of one key of the same span. */
interface Partial {
  readonly key: Key | undefined
  readonly end: number
  readonly sum: number
}

const SIZE = 4
const endOf = (timestamp: number): number => timestamp - (timestamp % SIZE) + SIZE

/** Sums of each four ticks of event time, per key; below -15 a reading fails. */
function summing({ state, timers }: StageScope, name = 'sum') {
  const sums = state.map<number, number>(name)
  const add = (end: number, value: number): void => {
    sums.set(end, (sums.get(end) ?? 0) + value)
    timers.event.set(end, 'end')
  }
  return {
    add,
    instance: {
      process({ value }: Reading, context: RecordContext) {
        if (value < -15) context.reject('LOW', 'Too low.')
        add(endOf(context.timestamp), value)
      },
      onTimer({ at }: Timer, context: StageContext & { readonly key: Key | undefined }) {
        context.emit({ ...context.key, end: at, sum: sums.get(at) })
        sums.delete(at)
      },
    } satisfies StageInstance,
  }
}

type FirstHalf = (batch: Batch, output: BatchOutput, seen: Map<string, Partial>) => void

/** Which records the first half does not fold. */
const handsOn = {
  isLate: (end: number, watermark: number): boolean => end <= watermark,
  isBad: (value: number): boolean => value < -15,
}

/** Folds what may be folded, and hands on the rest. */
function fold(
  batch: Batch,
  output: BatchOutput,
  { isBad, isLate }: typeof handsOn = handsOn,
): Map<string, Partial> {
  const sums = new Map<string, Partial>()
  const mark = batch.watermark(batch.length - 1)
  for (let index = 0; index < batch.length; index++) {
    const { value } = batch.value(index) as Reading
    const end = endOf(batch.timestamp(index))
    if (isBad(value) || isLate(end, mark)) {
      output.pass(index)
      continue
    }
    const key = batch.key(index)
    const id = `${JSON.stringify(key)} ${end}`
    sums.set(id, { key, end, sum: (sums.get(id)?.sum ?? 0) + value })
  }
  return sums
}

function give(sums: Iterable<Partial>, batch: Batch, output: BatchOutput): void {
  for (const one of sums) output.emit(batch.length - 1, one, PARTIALS, one.end - 1)
}

const healthyFirst: FirstHalf = (batch, output) => give(fold(batch, output).values(), batch, output)

type Before = StageHalves<Limit>['before']

const byBatch = (first: FirstHalf): Before => {
  return () => {
    const seen = new Map<string, Partial>()
    return {
      process: (record: unknown) => record,
      processBatch: (batch, output) => first(batch, output, seen),
    }
  }
}

/** Folds readings of many batches, and gives them out in these hooks. */
const gathering = (hooks: { readonly onWatermark: boolean; readonly onFlush: boolean }): Before => {
  return ({ outputs }) => {
    const sums = new Map<string, Partial>()
    const giveUntil = (mark: number): void => {
      for (const [id, one] of sums) {
        if (one.end > mark) continue
        sums.delete(id)
        outputs[PARTIALS]?.emit(one, { timestamp: one.end - 1 })
      }
    }
    return {
      process: (record: unknown) => record,
      processBatch(batch, output) {
        for (let index = 0; index < batch.length; index++) {
          const mark = batch.watermark(index)
          const isDue = [...sums.values()].some(({ end }) => end <= mark)
          if (hooks.onWatermark && isDue && index > 0) return index
          const { value } = batch.value(index) as Reading
          const end = endOf(batch.timestamp(index))
          if (handsOn.isBad(value) || handsOn.isLate(end, mark)) output.pass(index)
          else {
            const key = batch.key(index)
            const id = `${JSON.stringify(key)} ${end}`
            sums.set(id, { key, end, sum: (sums.get(id)?.sum ?? 0) + value })
          }
        }
        return batch.length
      },
      ...(hooks.onWatermark && { onWatermark: giveUntil }),
      ...(hooks.onFlush
        ? { onFlush: () => giveUntil(Number.POSITIVE_INFINITY) }
        : { onEnd: () => giveUntil(Number.POSITIVE_INFINITY) }),
    }
  }
}

/** Sums readings, in two halves where it may. */
function withFirst(
  before: Before,
  after: StageHalves<Limit>['after'] = (scope) => {
    const { add, instance } = summing(scope)
    return { ...instance, on: { [PARTIALS]: ({ end, sum }: Partial) => add(end, sum) } }
  },
): StageDefinition<Limit> {
  return defineStage({
    name: 'sums-of-four',
    summary: 'Sums readings of four ticks each.',
    parameters,
    keeps: 'state',
    absorbs: true,
    create: (scope) => summing(scope).instance,
    combined: () => ({
      before,
      after,
    }),
  })
}

/** The same, of which the first half folds each batch by itself. */
const inHalves = (
  first: FirstHalf = healthyFirst,
  after?: StageHalves<Limit>['after'],
): StageDefinition<Limit> => withFirst(byBatch(first), after)

/** One whose halves are right. */
export const healthyHalves: StageDefinition<Limit> = inHalves()

/** The same, of which the first one gathers. */
export const healthyGathering: StageDefinition<Limit> = withFirst(
  gathering({ onWatermark: true, onFlush: true }),
)

/** Stages whose halves have one fault each. */
export const combinedMutants: readonly Mutant[] = [
  {
    fault: 'folds one record too few',
    law: 'combined',
    stage: inHalves((batch, output) => {
      const all = [...fold(batch, output).values()]
      give(all.length > 1 ? all.slice(1) : all, batch, output)
    }),
  },
  {
    fault: 'folds and hands on',
    law: 'combined',
    stage: inHalves((batch, output) => {
      healthyFirst(batch, output, new Map())
      output.pass(0)
    }),
  },
  {
    fault: 'keeps what it folded from batch to batch',
    law: 'combined',
    stage: inHalves((batch, output, seen) => {
      for (const [id, one] of fold(batch, output)) {
        seen.set(id, { ...one, sum: one.sum + (seen.get(id)?.sum ?? 0) })
      }
      if (batch.length < 3) return
      give(seen.values(), batch, output)
      seen.clear()
    }),
  },
  {
    fault: 'gives out what it gathered only at the end',
    law: 'combined',
    stage: withFirst(gathering({ onWatermark: true, onFlush: false })),
  },
  {
    fault: 'gives out what it gathered when event time has passed it',
    law: 'combined',
    stage: withFirst(gathering({ onWatermark: false, onFlush: true })),
  },
  {
    fault: 'folds records of all keys together',
    law: 'combined',
    stage: inHalves((batch, output) => {
      const all = new Map<number, Partial>()
      for (const one of fold(batch, output).values()) {
        all.set(one.end, { ...one, sum: one.sum + (all.get(one.end)?.sum ?? 0) })
      }
      give(all.values(), batch, output)
    }),
  },
  {
    fault: 'folds what should fail',
    law: 'combined',
    stage: inHalves((batch, output) =>
      give(fold(batch, output, { ...handsOn, isBad: () => false }).values(), batch, output),
    ),
  },
  {
    fault: 'folds what its batch is too late for',
    law: 'combined',
    stage: inHalves((batch, output) =>
      give(fold(batch, output, { ...handsOn, isLate: () => false }).values(), batch, output),
    ),
  },
  {
    fault: 'hands on copies',
    law: 'combined',
    stage: inHalves((batch, output) => {
      for (let index = 0; index < batch.length; index++) {
        output.emit(index, { ...(batch.value(index) as Reading) })
      }
    }),
  },
  {
    fault: 'has partial results that cannot cross to another thread',
    law: 'combined',
    stage: inHalves((batch, output) => {
      const all = [...fold(batch, output).values()]
      give(
        all.map((one) => ({ ...one, total: () => one.sum })),
        batch,
        output,
      )
    }),
  },
  {
    fault: 'leaves out the key',
    law: 'combined',
    stage: inHalves((batch, output) => {
      const all = [...fold(batch, output).values()]
      give(
        all.map((one) => ({ ...one, key: {} })),
        batch,
        output,
      )
    }),
  },
  {
    fault: 'keeps something else in its second half',
    law: 'combined',
    stage: inHalves(undefined, (scope) => {
      const { add, instance } = summing(scope, 'sums')
      return { ...instance, on: { [PARTIALS]: ({ end, sum }: Partial) => add(end, sum) } }
    }),
  },
  {
    fault: 'does not take what its first half gives',
    law: 'combined',
    stage: inHalves(undefined, (scope) => summing(scope).instance),
  },
]
