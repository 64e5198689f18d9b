import type { Runtime } from '@millrace/base'
import type {
  ErrorPolicy,
  JobSpec,
  KeyPart,
  ParkedRecord,
  RestartSpec,
  SinkSpec,
  SourceSpec,
  StageSpec,
} from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import { compilePath } from '@millrace/expression/path'
import {
  type Binding,
  type Logger,
  type RecordContext,
  type SinkDefinition,
  type SourceDefinition,
  type StageDefinition,
  type StageFactory,
  stageInputs,
  toSinkFactory,
  toSourceFactory,
  toStageFactory,
} from '@millrace/sdk'
import { JOB_ID_TAKEN } from './errors.ts'
import { injectionOf } from './injection-of.ts'
import { Job } from './job.ts'
import { mainOutput } from './main-output.ts'

/** Options of a job built in code. */
export interface PipelineOptions {
  readonly provide?: readonly Binding[]
  /** Default: `deadLetter` with a dead letter sink, else `fail`. */
  readonly onError?: ErrorPolicy
  /** More failures than this share of the last `of` records end the job. Default 0.5 of 1000. */
  readonly errors?: JobSpec['errors']
  /** Restart budget of all parts together, and what follows when it is spent. Default 3 in 60,000 ms, and the job fails. */
  readonly restart?: JobSpec['restart']
  /** Takes the records that are still parked when the job ends. Default: they are lost, with a warning. */
  readonly onParked?: (records: readonly ParkedRecord[]) => void | Promise<void>
  /** Default: the real clock. */
  readonly runtime?: Runtime
  /** Default: silence. */
  readonly logger?: Logger
}

/** Options of one stage: its id (default: the module's name, then `-2`; a second one of a name is JOB_ID_TAKEN) and the field paths of its key. */
export interface StageOptions {
  readonly id?: string
  readonly by?: string | readonly string[]
  readonly onError?: ErrorPolicy
  /** For each record of an asynchronous stage; default 30,000. */
  readonly timeoutMs?: number
  /** How it is started again; given, also a start that fails is tried again. */
  readonly restart?: RestartSpec
}

/** A function as a stage: one record in; one record, nothing (undefined) or a promise of them out. */
export type StageFunction<In, Out> = (
  record: In,
  context: RecordContext,
) => Out | undefined | Promise<Out | undefined>

/** Ids of what a builder's job has beside its stages. */
const ownIds = ['source', 'sink', 'deadLetter']

interface Draft {
  readonly name: string
  readonly options: PipelineOptions
  /** Empty where `run` brings the input. */
  readonly sources: readonly SourceSpec[]
  readonly stages: readonly StageSpec[]
  readonly deadLetter?: SinkSpec
}

function functionFactory(name: string, process: StageFunction<never, unknown>): StageFactory {
  return {
    traits: {
      name,
      inputs: ['in'],
      outputs: { out: 'What the function returns.' },
      keeps: 'instance',
      absorbs: false,
    },
    create: () => ({ process }),
    dispose: () => undefined,
  }
}

function pathsOf(by: string | readonly string[] = []): readonly string[] {
  return typeof by === 'string' ? [by] : by
}

function keyParts(by: string | readonly string[]): KeyPart[] {
  return pathsOf(by).map((path) => {
    const compiled = compilePath(path)
    return { name: path, description: path, read: (record) => compiled.read(record) }
  })
}

/** The fields that a definition takes for granted with these parameters, and those of the key. */
function expectedFields<P>(
  definition: Pick<StageDefinition<P>, 'expects'>,
  parameters: P,
  by?: StageOptions['by'],
): readonly string[] {
  const keys = pathsOf(by).flatMap((path) => compilePath(path).fields)
  const named = definition.expects?.(parameters) ?? []
  return [...named, ...keys].filter((field) => field !== 'record')
}

/** A chain of stages whose records have type `Out`. Each call gives a new flow; nothing runs before `run`. */
export class Flow<In, Out> {
  readonly #draft: Draft

  constructor(draft: Draft) {
    this.#draft = draft
  }

  #append<Next>(
    factory: StageFactory,
    options: StageOptions,
    expects: readonly string[] = expectedFields({}, undefined, options.by),
  ): Flow<In, Next> {
    const draft = this.#draft
    const taken = new Set([...ownIds, ...draft.stages.map((stage) => stage.id)])
    if (options.id !== undefined && taken.has(options.id)) throw JOB_ID_TAKEN({ id: options.id })
    let id = options.id ?? factory.traits.name
    for (let number = 2; taken.has(id); number++) id = `${factory.traits.name}-${number}`
    const stage: StageSpec = {
      id,
      factory,
      inputs: [{ name: factory.traits.inputs[0] ?? 'in', from: [mainOutput(draft)] }],
      by: options.by === undefined ? undefined : keyParts(options.by),
      expects,
      onError: options.onError,
      timeoutMs: options.timeoutMs,
      restart: options.restart,
    }
    return new Flow<In, Next>({ ...draft, stages: [...draft.stages, stage] })
  }

  /** Replaces each record by what `process` returns; undefined filters it. */
  through<Next>(process: StageFunction<Out, Next>, options: StageOptions = {}): Flow<In, Next> {
    const name = process.name === '' ? 'function' : process.name
    return this.#append<Next>(functionFactory(name, process), options)
  }

  /** Passes the records for which `test` is true. */
  filter<Kept extends Out = Out>(
    test: ((record: Out) => boolean) | ((record: Out) => record is Kept),
    options: StageOptions = {},
  ): Flow<In, Kept> {
    return this.#append<Kept>(
      functionFactory('filter', (record: Out) => (test(record) ? record : undefined)),
      options,
    )
  }

  /** Adds a stage from a plugin; `as` says what its results are. Throws JOB_PARAMETERS. */
  stage<P>(
    definition: StageDefinition<P>,
    parameters: unknown,
    options: StageOptions = {},
  ): Flow<In, unknown> {
    const surroundings = {
      // What run(input) brings is an iterable, which counts as input that ends.
      ends: this.#draft.sources.every((source) => source.factory.traits.ends),
      keys: pathsOf(options.by),
      // A flow is one line: it feeds the first input of a stage and no other.
      inputs: stageInputs(definition).slice(0, 1),
    }
    const injection = injectionOf(definition, this.#made(parameters), surroundings)
    const factory = toStageFactory(definition, injection)
    const expects = expectedFields(definition, injection.parameters, options.by)
    return this.#append<unknown>(factory, options, expects)
  }

  /** Says what the records are, for the compiler; nothing is checked when the job runs. */
  as<Next>(): Flow<In, Next> {
    return new Flow<In, Next>(this.#draft)
  }

  /** Sends records that fail to `sink`. */
  deadLetters<P>(definition: SinkDefinition<P>, parameters: unknown): Flow<In, Out> {
    const factory = toSinkFactory(definition, injectionOf(definition, this.#made(parameters)))
    return new Flow<In, Out>({
      ...this.#draft,
      deadLetter: { id: 'deadLetter', factory, from: [] },
    })
  }

  /** Writes the results to a sink: a job to await. */
  to<P>(definition: SinkDefinition<P>, parameters: unknown): Job<In, never> {
    const injection = injectionOf(definition, this.#made(parameters))
    const expects = expectedFields(definition, injection.parameters)
    return this.#job([{ factory: toSinkFactory(definition, injection), expects }])
  }

  /** Leaves the results to whoever iterates over `run()`. */
  job(): Job<In, Out> {
    return this.#job<Out>([])
  }

  #made(parameters: unknown): Parameters<typeof injectionOf>[1] {
    return { parameters, provide: this.#draft.options.provide }
  }

  #job<Result>(sinks: readonly Pick<SinkSpec, 'factory' | 'expects'>[]): Job<In, Result> {
    const { name, options, sources, stages, deadLetter } = this.#draft
    const spec: JobSpec = {
      name,
      sources,
      stages,
      sinks: sinks.map((sink) => ({ id: 'sink', ...sink, from: [mainOutput(this.#draft)] })),
      deadLetter,
      onError: options.onError,
      errors: options.errors,
      restart: options.restart,
    }
    return new Job<In, Result>({
      spec,
      runtime: options.runtime ?? nodeRuntime,
      logger: options.logger,
      onParked: options.onParked,
      dispose: () => Promise.resolve(),
    })
  }
}

/** A pipeline without stages yet. */
export class Pipeline {
  readonly #name: string
  readonly #options: PipelineOptions

  constructor(name: string, options: PipelineOptions) {
    this.#name = name
    this.#options = options
  }

  /** Reads a source from a plugin; `as` says what its records are. Throws JOB_PARAMETERS. */
  from<P>(definition: SourceDefinition<P>, parameters: unknown): Flow<never, unknown> {
    const { provide } = this.#options
    const factory = toSourceFactory(definition, injectionOf(definition, { parameters, provide }))
    return new Flow({ ...this.#draft(), sources: [{ id: 'source', factory }] })
  }

  /** Takes records of type `In` from `run(input)`. */
  input<In>(): Flow<In, In> {
    return new Flow(this.#draft())
  }

  #draft(): Draft {
    return { name: this.#name, options: this.#options, sources: [], stages: [] }
  }
}

/** Starts building a job in code. */
export function pipeline(name: string, options: PipelineOptions = {}): Pipeline {
  return new Pipeline(name, options)
}
