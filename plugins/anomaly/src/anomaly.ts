import { formatSize, invariant, isMillraceError } from '@millrace/base'
import { expectedOfTexts, fieldsOfTexts } from '@millrace/expression'
import {
  type Batch,
  type BatchOutput,
  defineStage,
  type Injection,
  type Key,
  type OutputHandle,
  type RecordContext,
  type StageDefinition,
  type StageInstance,
  type StageScope,
} from '@millrace/sdk'
import { type AnomalyParameters, anomalySchema, textsOf } from './anomaly-parameters.ts'
import { checkAnomaly } from './check-anomaly.ts'
import { type JudgePlan, judgePlan } from './judge-plan.ts'
import { modelBytes, ModelRecords } from './model/model-records.ts'
import { RecordJudge } from './record-judge.ts'

/** The fields of records, and of feedback; undefined: all. */
function readsOf(parameters: AnomalyParameters): readonly string[] | undefined {
  const { as } = parameters
  const fields = fieldsOfTexts(textsOf(parameters))
  return as.includes('.') ? undefined : fields && [...fields, as]
}

/** What it keeps, and when it lets go of it. */
function retains(parameters: AnomalyParameters): string {
  const plan = judgePlan(parameters)
  const last = 8 * textsOf(parameters).length
  const most = 'problem' in plan ? last : bytesOf(parameters, plan) + last
  return `It keeps at most ${formatSize(most)} for each key, as long as the job runs.`
}

function bytesOf(parameters: AnomalyParameters, plan: JudgePlan): number {
  return parameters.model ? modelBytes(parameters, parameters.model, plan) : plan.bytes
}

type Scope = StageScope & Injection<AnomalyParameters>

function createInstance(scope: Scope): StageInstance {
  const {
    outputs: { alerts },
    parameters,
  } = scope
  const plan = judgePlan(parameters)
  invariant(alerts !== undefined, 'The definition declares it.')
  invariant(!('problem' in plan), 'Parameters are checked before.')
  const { model } = parameters
  return model === undefined
    ? instanceOf(scope, plan, alerts)
    : modelInstance(new ModelRecords(scope, model, plan), alerts)
}

function modelInstance(records: ModelRecords, alerts: OutputHandle): StageInstance {
  const { judge } = records
  return {
    open: () => records.open(),
    close: () => records.close(),
    async process(record: unknown, context: RecordContext) {
      const result = await records.take(record, context)
      if (judge.isAlert) alerts.emit(result)
      return result
    },
    on: {
      feedback: (record: unknown, context: RecordContext) => context.skip(judge.pardon(record)),
    },
  }
}

function instanceOf(
  { expressions, parameters, state }: Scope,
  plan: JudgePlan,
  alerts: OutputHandle,
): StageInstance {
  const judge = new RecordJudge(parameters, plan, expressions, state)
  const at = { timestamp: 0, key: undefined as Key | undefined }
  return {
    process(record: unknown, context: RecordContext) {
      const result = judge.take(record, context)
      if (judge.isAlert) alerts.emit(result)
      return result
    },
    on: {
      feedback: (record: unknown, context: RecordContext) => context.skip(judge.pardon(record)),
    },
    processBatch(batch: Batch, output: BatchOutput) {
      for (let index = 0; index < batch.length; index++) {
        try {
          at.timestamp = batch.timestamp(index)
          // Asking for the key makes it the one that state follows.
          at.key = batch.key(index)
          const result = judge.take(batch.value(index), at)
          output.emit(index, result)
          if (judge.isAlert) output.emit(index, result, 'alerts')
        } catch (error) {
          if (!isMillraceError(error)) throw error
          output.reject(index, error.code, error.message)
        }
      }
    },
  }
}

/**
 * Says of each record how strange its number is, or its numbers are, after those that came before it under the same key. Results are the
 * records with one more field, `anomaly` unless `as` says another; those that are an alert also go to the output `alerts`.
 */
export const anomaly: StageDefinition<AnomalyParameters> = defineStage({
  name: 'anomaly',
  summary:
    'Says how strange each record is after those before it of its key, and which of them are alerts.',
  parameters: anomalySchema,
  main: 'field',
  inputs: ['in', 'feedback'],
  optionalInputs: ['feedback'],
  outputs: {
    out: 'All records, each with what was found of it.',
    alerts: 'Those of them that are an alert.',
  },
  optionalOutputs: ['alerts'],
  keeps: 'state',
  mayChange: [
    'threshold',
    'refractory',
    'hysteresis',
    'persistence',
    'missing',
    'as',
    // Which model it is, the judge of it sees.
    'model.onnx',
    'model.http',
    'model.authorization',
    'model.threads',
    'model.batch',
    'model.deadline',
  ],
  retains,
  passes: 'more',
  reads: readsOf,
  expects: (parameters) => expectedOfTexts(textsOf(parameters)),
  shape: ({ as }, { fields }) => {
    const all = fields && [...new Set([...fields, as])]
    return { out: all, alerts: all }
  },
  check: checkAnomaly,
  create: createInstance,
})
