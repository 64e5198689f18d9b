import type { StageCounts } from '@millrace/engine'
import { type StageDefinition, type StageFactory, toStageFactory } from '@millrace/sdk'
import { collectSink, valuesSource } from './ends.ts'
import { injectionOf, type MakeOptions } from './injection-of.ts'
import { type Rejected, runSpec } from './run-spec.ts'

/** What one stage gets to do. */
export interface RunStageOptions extends MakeOptions {
  readonly input: Iterable<unknown>
  /** Names of the key fields, as in `by`. */
  readonly by?: readonly string[]
  /** What the source declares; its records end either way. Default true. */
  readonly inputEnds?: boolean
  /** Event time of a record, epoch ms. Default: its position in the input. */
  readonly timestamp?: (record: unknown, index: number) => number
  /** How far the watermark trails the largest event time, ms. Default 0. */
  readonly disorderMs?: number
  /** Records per batch of the source; a list: sizes that take turns. Default 1,024. */
  readonly batch?: number | readonly number[]
  /** Called with each value of any output, when it is written. */
  readonly onOutput?: (value: unknown) => void
  /** The wall clock of the run, epoch ms. Default: the machine's. */
  readonly now?: () => number
  /** False: `process` for each record, even where the stage has a `processBatch`. Default true. */
  readonly processBatch?: boolean
}

/** What came of it. */
export interface StageRun {
  /** Records of the main output. */
  readonly output: readonly unknown[]
  /** Records by output. */
  readonly outputs: Readonly<Record<string, readonly unknown[]>>
  /** Event times by output, epoch ms. */
  readonly timestamps: Readonly<Record<string, readonly number[]>>
  readonly rejected: readonly Rejected[]
  /** How many records were filtered, by reason. */
  readonly reasons: Readonly<Record<string, number>>
  readonly counts: StageCounts
}

function field(record: unknown, name: string): unknown {
  const fields = typeof record === 'object' && record !== null ? record : {}
  return Object.hasOwn(fields, name) ? (fields as Record<string, unknown>)[name] : null
}

function withoutBatches(factory: StageFactory): StageFactory {
  return {
    ...factory,
    async create(scope) {
      const instance = await factory.create(scope)
      delete instance.processBatch
      return instance
    },
  }
}

/**
 * Runs one stage over `input` on the real engine and collects every output.
 * Throws TST_PARAMETERS for parameters the definition refuses; rejects with the cause when the job fails.
 */
export async function runStage<P>(
  definition: StageDefinition<P>,
  options: RunStageOptions,
): Promise<StageRun> {
  const { by = [], inputEnds = true, timestamp = (_record, index) => index, batch } = options
  const injection = injectionOf(definition, options, { ends: inputEnds, keys: by })
  const made = toStageFactory(definition, injection)
  const factory = options.processBatch === false ? withoutBatches(made) : made
  const names = Object.keys(factory.traits.outputs)
  const sinks = names.map((output) => ({ output, factory: collectSink(options.onOutput) }))
  let index = 0
  const spec: Parameters<typeof runSpec>[0] = {
    sources: [
      {
        id: 'source',
        factory: valuesSource(options.input, {
          ends: inputEnds,
          ...(batch === undefined ? {} : { batch }),
        }),
        time: {
          // Asked once for each record, in order.
          timestamp: (record) => timestamp(record, index++),
          disorderMs: options.disorderMs ?? 0,
          description: 'given by the test',
        },
      },
    ],
    stages: [
      {
        id: 'stage',
        factory,
        inputs: [
          { name: factory.traits.inputs[0] ?? 'in', from: [{ id: 'source', output: 'out' }] },
        ],
        by: by.map((name) => ({
          name,
          description: name,
          read: (record) => field(record, name),
        })),
      },
    ],
    sinks: sinks.map(({ output, factory }) => ({
      id: `sink-${output}`,
      factory,
      from: [{ id: 'stage', output }],
    })),
  }
  const { summary, rejected } = await runSpec(spec, { now: options.now })
  const counts = summary.stages[0] as StageCounts
  return {
    output: sinks[0]?.factory.values ?? [],
    outputs: Object.fromEntries(sinks.map(({ output, factory }) => [output, factory.values])),
    timestamps: Object.fromEntries(
      sinks.map(({ output, factory }) => [output, factory.timestamps]),
    ),
    rejected,
    reasons: counts.reasons,
    counts,
  }
}
