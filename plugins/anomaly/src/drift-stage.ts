import { invariant, isMillraceError } from '@millrace/base'
import { type EvaluationContext, expectedOfTexts, fieldsOfTexts } from '@millrace/expression'
import {
  type Batch,
  type BatchOutput,
  defineStage,
  type Injection,
  type Key,
  type RecordContext,
  type StageDefinition,
  type StageInstance,
  type StageScope,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import type { DriftDetector } from './drift/drift-detector.ts'
import { driftPlan, driftSchema } from './drift-parameters.ts'
import { PointReader } from './point-reader.ts'

const schema = z.strictObject({
  field: z.string().min(1).meta({
    description: 'The number to look at, such as `value` or `anomaly.raw`.',
    format: 'cel',
  }),
  detector: driftSchema.default('adwin').meta({
    description:
      'What finds drift: `adwin`, `page-hinkley`, `kswin` or `changepoint`, or a map of one to its parameters.',
  }),
  seed: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(1)
    .meta({ description: 'Where random numbers begin, the same for every key.' }),
})

/** Parameters of `drift`, defaults filled in. */
export type DriftStageParameters = z.output<typeof schema>

/** What is kept of a key. */
interface Kept {
  readonly detector: DriftDetector
  /** Largest event time of its records, epoch ms. */
  latest: number
}

/** Of the form of the data that is kept. */
const VERSION = 1

function createInstance({
  parameters,
  expressions,
  outputs: { drifts },
  state,
}: StageScope & Injection<DriftStageParameters>): StageInstance {
  invariant(drifts !== undefined, 'The definition declares it.')
  const plan = driftPlan(parameters.detector, parameters.seed)
  const reader = new PointReader([parameters.field], expressions)
  const create = (): Kept => ({ detector: plan.create(), latest: -Infinity })
  const all = state.object<Kept>('detectors', {
    version: VERSION,
    create,
    snapshot: ({ detector, latest }) => ({ detector: detector.snapshot(), latest }),
    restore: (data) => {
      const { detector, latest } = data as { readonly detector: unknown; readonly latest: number }
      const kept = create()
      kept.detector.restore(detector)
      kept.latest = latest
      return kept
    },
  })
  /** What there is to say of a record. Throws of that record: EXP_*, ANOMALY_NOT_A_NUMBER. */
  const look = (record: unknown, at: EvaluationContext): Record<string, unknown> | undefined => {
    if (reader.read(record, at) > 0) return undefined
    const kept = all.get()
    if (at.timestamp < kept.latest) return undefined
    kept.latest = at.timestamp
    if (!kept.detector.update(reader.point[0] as number)) return undefined
    const { after, before, length } = kept.detector.evidence
    return { ...at.key, time: at.timestamp, before, after, length }
  }
  const at = { timestamp: 0, key: undefined as Key | undefined }
  return {
    process(record: unknown, context: RecordContext) {
      const drift = look(record, context)
      if (drift !== undefined) drifts.emit(drift)
      return record
    },
    processBatch(batch: Batch, output: BatchOutput) {
      for (let index = 0; index < batch.length; index++) {
        try {
          at.timestamp = batch.timestamp(index)
          // Asking for the key makes it the one that state follows.
          at.key = batch.key(index)
          const drift = look(batch.value(index), at)
          output.pass(index)
          if (drift !== undefined) output.emit(index, drift, 'drifts')
        } catch (error) {
          if (!isMillraceError(error)) throw error
          output.reject(index, error.code, error.message)
        }
      }
    },
  }
}

/**
 * Tells when a number is not what it was, per key where the stage has `by`. Hands all records on as they came; where it makes out a drift
 * it emits on `drifts` the key fields, `time` (event time of the record that shows it, epoch ms), the mean `before` and `after`, and
 * `length`: how many numbers are taken for new. Records without the number, and those older than the last one of their key, are not looked at.
 */
export const drift: StageDefinition<DriftStageParameters> = defineStage({
  name: 'drift',
  summary: 'Tells when a number is not what it was, by key.',
  parameters: schema,
  main: 'field',
  outputs: {
    out: 'All records, as they came.',
    drifts: 'The drifts: the key fields, time, before, after and length.',
  },
  keeps: 'state',
  passes: 'more',
  reads: ({ field }) => fieldsOfTexts([field]),
  expects: ({ field }) => expectedOfTexts([field]),
  shape: (_parameters, { fields, keys }) => ({
    out: fields,
    drifts: [...keys, 'time', 'before', 'after', 'length'],
  }),
  retains: ({ detector, seed }) =>
    `It keeps at most ${driftPlan(detector, seed).bytes} bytes for each key, as long as the job runs.`,
  check: (_parameters, { keys }) =>
    keys
      .filter((key) => ['time', 'before', 'after', 'length'].includes(key))
      .map((key) => ({
        path: [],
        message: `"${key}" is the name of a key and of a field of every drift.`,
        hint: `Give the key another name: by: { its-name: ${key} }.`,
      })),
  create: createInstance,
})
