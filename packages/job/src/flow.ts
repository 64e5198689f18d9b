import { type JobSpec, mainOutputs, type SinkSpec } from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import {
  jobDefaults,
  type RecordContext,
  type SinkDefinition,
  type StageDefinition,
  type StageFactory,
  stageInputs,
  toSinkFactory,
  toStageFactory,
} from '@millrace/sdk'
import {
  type Draft,
  expectedFields,
  pathsOf,
  requireTime,
  type StageOptions,
  withMade,
  withStage,
} from './draft.ts'
import { builtState } from './checkpoint/built-state.ts'
import { JOB_OUTPUT } from './errors.ts'
import { injectionOf } from './injection-of.ts'
import { Job } from './job.ts'
import { chooseDraft, nestDraft } from './nest-flow.ts'

/** A function as a stage: one record in; one record, nothing (undefined) or a promise of them out. */
export type StageFunction<In, Out> = (
  record: In,
  context: RecordContext,
) => Out | undefined | Promise<Out | undefined>

/** Options of a function as a stage. */
export interface FunctionOptions extends StageOptions {
  /** Whether it calls `context.exit`. Default false. */
  readonly exits?: boolean
}

function functionFactory(
  name: string,
  process: StageFunction<never, unknown>,
  exits = false,
): StageFactory {
  return {
    traits: {
      name,
      inputs: ['in'],
      outputs: { out: 'What the function returns.' },
      keeps: 'instance',
      absorbs: false,
      exits,
    },
    create: () => ({ process }),
    dispose: () => undefined,
  }
}

/** A chain of stages whose records have type `Out`. Each call gives a new flow; nothing runs before `run`. */
export class Flow<In, Out> {
  /** What was put together so far. */
  readonly draft: Draft

  constructor(draft: Draft) {
    this.draft = draft
  }

  #append<Next>(
    factory: StageFactory,
    options: StageOptions,
    expects: readonly string[] = expectedFields({}, undefined, options.by),
  ): Flow<In, Next> {
    const name = factory.traits.inputs[0] ?? 'in'
    const inputs = [{ name, from: mainOutputs(this.draft) }]
    return new Flow<In, Next>(withStage(this.draft, factory, inputs, options, expects))
  }

  /**
   * Goes through the stages of another flow, which begins with `pipeline(name).input<Out>()`. Their ids begin with `id`, by default that
   * name: `clean/filter`. Throws JOB_NESTED, JOB_ID_TAKEN, JOB_NO_TIME and JOB_PARALLEL.
   */
  through<Next>(flow: Flow<Out, Next>, options?: Pick<StageOptions, 'id'>): Flow<In, Next>
  /** Replaces each record by what `process` returns; undefined filters it. */
  through<Next>(process: StageFunction<Out, Next>, options?: FunctionOptions): Flow<In, Next>
  through<Next>(
    process: StageFunction<Out, Next> | Flow<Out, Next>,
    options: FunctionOptions = {},
  ): Flow<In, Next> {
    if (process instanceof Flow) {
      return new Flow<In, Next>(nestDraft(this.draft, process.draft, options.id))
    }
    const name = process.name === '' ? 'function' : process.name
    return this.#append<Next>(functionFactory(name, process, options.exits), options)
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

  /**
   * Goes through one of two flows: `then` where `test` is true, else `otherwise`; without that, the rest goes on as it is. Records of one
   * of them keep their order; of both together they come as they are ready. Default id `choose`. Throws as `through`.
   */
  choose<Then>(
    test: (record: Out) => boolean,
    then: Flow<Out, Then>,
    options?: Pick<StageOptions, 'id'>,
  ): Flow<In, Out | Then>
  choose<Then, Else>(
    test: (record: Out) => boolean,
    then: Flow<Out, Then>,
    otherwise: Flow<Out, Else>,
    options?: Pick<StageOptions, 'id'>,
  ): Flow<In, Then | Else>
  choose(
    test: (record: Out) => boolean,
    then: Flow<Out, unknown>,
    other: Flow<Out, unknown> | Pick<StageOptions, 'id'> = {},
    options: Pick<StageOptions, 'id'> = {},
  ): Flow<In, unknown> {
    const isFlow = other instanceof Flow
    const branches = { then: then.draft, otherwise: isFlow ? other.draft : undefined }
    const { id } = isFlow ? options : other
    return new Flow(chooseDraft(this.draft, test, branches, id))
  }

  /** Adds a stage from a plugin; `as` says what its results are. Throws JOB_PARAMETERS and JOB_NO_TIME. */
  stage<P>(
    definition: StageDefinition<P>,
    parameters: unknown,
    options: StageOptions = {},
  ): Flow<In, unknown> {
    const surroundings = {
      // What run(input) brings is an iterable, which counts as input that ends.
      ends: this.draft.sources.every((source) => source.factory.traits.ends),
      keys: pathsOf(options.by),
      // A flow is one line: it feeds the first input of a stage and no other.
      inputs: stageInputs(definition).slice(0, 1),
      timeoutMs: options.timeoutMs ?? jobDefaults.timeoutMs,
    }
    const injection = injectionOf(definition, this.#made(parameters), surroundings)
    requireTime(this.draft, definition, injection.parameters)
    const factory = toStageFactory(definition, injection)
    const expects = expectedFields(definition, injection.parameters, options.by)
    const { draft } = this.#append<unknown>(factory, options, expects)
    return new Flow(withMade(draft, draft.stages.at(-1)?.id ?? '', definition, parameters))
  }

  /** Says what the records are, for the compiler; nothing is checked when the job runs. */
  as<Next>(): Flow<In, Next> {
    return new Flow<In, Next>(this.draft)
  }

  /** Writes a further output of the last stage, such as `late`, to a sink of its own. Throws JOB_OUTPUT and JOB_PARAMETERS. */
  send<P>(output: string, definition: SinkDefinition<P>, parameters: unknown): Flow<In, Out> {
    const [end, ...others] = mainOutputs(this.draft)
    const last =
      others.length === 0 ? this.draft.stages.find(({ id }) => id === end?.id) : undefined
    const known = Object.keys(last?.factory.traits.outputs ?? { out: '' })
    const stage = end?.id ?? 'source'
    if (last === undefined || !known.includes(output)) throw JOB_OUTPUT({ stage, output, known })
    const injection = injectionOf(definition, this.#made(parameters))
    const sink: SinkSpec = {
      id: `${stage}-${output}`,
      factory: toSinkFactory(definition, injection),
      expects: expectedFields(definition, injection.parameters),
      from: [{ id: stage, output }],
    }
    const draft = withMade(this.draft, sink.id, definition, parameters)
    return new Flow<In, Out>({ ...draft, sinks: [...draft.sinks, sink] })
  }

  /** Sends records that fail to `sink`. */
  deadLetters<P>(definition: SinkDefinition<P>, parameters: unknown): Flow<In, Out> {
    const factory = toSinkFactory(definition, injectionOf(definition, this.#made(parameters)))
    return new Flow<In, Out>({
      ...withMade(this.draft, 'deadLetter', definition, parameters),
      deadLetter: { id: 'deadLetter', factory, from: [] },
    })
  }

  /** Writes the results to a sink: a job to await. */
  to<P>(definition: SinkDefinition<P>, parameters: unknown): Job<In, never> {
    const injection = injectionOf(definition, this.#made(parameters))
    const expects = expectedFields(definition, injection.parameters)
    const draft = withMade(this.draft, 'sink', definition, parameters)
    return this.#job([{ factory: toSinkFactory(definition, injection), expects }], draft.made)
  }

  /** Leaves the results to whoever iterates over `run()`. */
  job(): Job<In, Out> {
    return this.#job<Out>([])
  }

  #made(parameters: unknown): Parameters<typeof injectionOf>[1] {
    return { parameters, provide: this.draft.options.provide }
  }

  #job<Result>(
    sinks: readonly Pick<SinkSpec, 'factory' | 'expects'>[],
    made = this.draft.made,
  ): Job<In, Result> {
    const { name, options, sources, stages, main, deadLetter, time } = this.draft
    const spec: JobSpec = {
      name,
      sources,
      stages,
      main,
      sinks: [
        ...sinks.map((sink) => ({ id: 'sink', ...sink, from: mainOutputs(this.draft) })),
        ...this.draft.sinks,
      ],
      deadLetter,
      onError: options.onError,
      errors: options.errors,
      mailbox: options.mailbox,
      restart: options.restart,
    }
    const { runtime = nodeRuntime } = options
    return new Job<In, Result>({
      spec,
      time,
      isIterated: sinks.length === 0,
      runtime,
      openState: options.checkpoint && builtState(spec, options.checkpoint, made, runtime),
      control: options.checkpoint?.control,
      logger: options.logger,
      onParked: options.onParked,
      dispose: () => Promise.resolve(),
    })
  }
}
