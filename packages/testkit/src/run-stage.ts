import type { EngineJob, StageCounts, StageSnapshot } from '@millrace/engine'
import {
  type SourceFactory,
  type StageDefinition,
  type StageFactory,
  stageInputs,
  toStageFactory,
} from '@millrace/sdk'
import { collectSink } from './ends.ts'
import { injectionOf, type MakeOptions } from './injection-of.ts'
import { type KeyFields, keysOf } from './key-fields.ts'
import { knownName } from './known-name.ts'
import { type Rejected, runSpec } from './run-spec.ts'
import { wholeNumber } from './whole-number.ts'
import { turnSources } from './turn-sources.ts'

/** What one stage gets to do. */
export interface RunStageOptions extends MakeOptions {
  readonly input: Iterable<unknown>
  /** Names of the inputs, where the job gives them. Default: left, right. */
  readonly inputs?: readonly string[]
  /** Which input of the stage a record goes to; records arrive in the order of `input`. Default: the first that it declares. */
  readonly to?: (record: unknown, index: number) => string
  /** Names of the key fields, as in `by`; a map: per input, as many for each. */
  readonly by?: KeyFields
  /** What the source declares; its records end either way. Default true. */
  readonly inputEnds?: boolean
  /** Stops the job behind so many records, as a person does; default: it runs to the end of the input. */
  readonly stopAfter?: number
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
  /** What the stage kept in a run that was stopped: it begins with that. Default: nothing. */
  readonly restored?: StageSnapshot | undefined
  /** Outputs that nobody reads. Default: all are read. */
  readonly unread?: readonly string[]
  /** False: `process` or `on` for each record, even where the stage has a `processBatch` or `onBatch`. Default true. */
  readonly processBatch?: boolean
}

/** What came of it. */
export interface StageRun {
  /** Records of the main output. */
  readonly output: readonly unknown[]
  /** Records by output; those that exit under `exit`. */
  readonly outputs: Readonly<Record<string, readonly unknown[]>>
  /** Event times by output, epoch ms. */
  readonly timestamps: Readonly<Record<string, readonly number[]>>
  readonly rejected: readonly Rejected[]
  /** How many records were filtered, by reason. */
  readonly reasons: Readonly<Record<string, number>>
  readonly counts: StageCounts
  /** What the stage kept at the end. */
  readonly snapshot: () => StageSnapshot
}

function withoutBatches(factory: StageFactory): StageFactory {
  return {
    ...factory,
    async create(scope) {
      const instance = await factory.create(scope)
      delete instance.processBatch
      delete instance.onBatch
      return instance
    },
  }
}

/** A source per input, that give the records in order. */
function sourcesOf(
  options: RunStageOptions,
  inputs: readonly string[],
  stop: () => void,
): Parameters<typeof runSpec>[0]['sources'] {
  const { timestamp = (_record, index) => index, inputEnds = true, stopAfter } = options
  const [first = 'in'] = inputs
  const all = Array.from(options.input, (value, index) => {
    const from = options.to?.(value, index) ?? first
    knownName('to', from, inputs)
    return { from, value }
  })
  const isStopped = stopAfter !== undefined && wholeNumber('stopAfter', stopAfter, 0) < all.length
  const turns = isStopped ? all.slice(0, stopAfter) : all
  const factories = turnSources(inputs, turns, {
    ends: inputEnds,
    batch: options.batch,
    atEnd: isStopped ? stop : () => undefined,
  })
  let index = 0
  const time = {
    // Asked once for each record, in order.
    timestamp: (record: unknown) => timestamp(record, index++),
    disorderMs: options.disorderMs ?? 0,
    description: 'given by the test',
  }
  return inputs.map((input, at) => {
    return { id: sourceId(input), factory: factories[at] as SourceFactory, time }
  })
}

const sourceId = (input: string): string => `source-${input}`

/**
 * Runs one stage over `input` on the real engine and collects every output.
 * Rejects with TST_PARAMETERS for parameters the definition refuses, TST_OPTION for an unknown input, and with the cause when the
 * job fails.
 */
export async function runStage<P>(
  definition: StageDefinition<P>,
  options: RunStageOptions,
): Promise<StageRun> {
  const inputs = stageInputs(definition, options.inputs)
  const { keys, parts } = keysOf(options.by, inputs)
  const injection = injectionOf(definition, options, {
    ends: options.inputEnds ?? true,
    keys,
    inputs,
  })
  const { unread = [] } = options
  const made = toStageFactory(definition, injection)
  const factory = options.processBatch === false ? withoutBatches(made) : made
  const { exits, outputs } = factory.traits
  const all = [...Object.keys(outputs), ...(exits === true ? ['exit'] : [])]
  const names = all.filter((name) => !unread.includes(name))
  const sinks = names.map((output) => ({ output, factory: collectSink(options.onOutput) }))
  let job: EngineJob | undefined
  const { summary, rejected } = await runSpec(
    {
      sources: sourcesOf(options, inputs, () => void job?.stop()),
      stages: [
        {
          id: 'stage',
          factory,
          inputs: inputs.map((name) => ({ name, from: [{ id: sourceId(name), output: 'out' }] })),
          by: parts,
          restored: options.restored,
        },
      ],
      sinks: sinks.map(({ output, factory }) => ({
        id: `sink-${output}`,
        factory,
        from: [{ id: 'stage', output }],
      })),
    },
    { now: options.now, onJob: (made) => (job = made) },
  )
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
    snapshot: () => job?.snapshot()['stage'] as StageSnapshot,
  }
}
