import { jobDefaults, type SourceDefinition, toSourceFactory } from '@millrace/sdk'
import { type Draft, type PipelineOptions, withMade } from './draft.ts'
import { JOB_JOURNAL } from './errors.ts'
import { Flow } from './flow.ts'
import { injectionOf } from './injection-of.ts'
import { type SourceTime, timeSpec } from './source-time.ts'
import { Together } from './together.ts'

/** Options of a source. */
export interface SourceOptions<In = unknown> {
  /** Default `source`; several sources of one job need one each. */
  readonly id?: string
  /** Event time of its records. Default: their arrival, but nothing that works by event time may follow. */
  readonly time?: SourceTime<In>
  /** Stop reading after this many records. */
  readonly limit?: number
  /**
   * Writes what it gives to a journal first, so that a job which goes on from a checkpoint reads it again: for a source that cannot do
   * that by itself. Default false. `maxBytes`: what it may take on the disk, default 1 GiB; near that a checkpoint is taken early, and at it the
   * source waits.
   */
  readonly journal?: boolean | { readonly maxBytes?: number | undefined }
}

/** A pipeline without stages yet. */
export class Pipeline {
  readonly #name: string
  readonly #options: PipelineOptions

  constructor(name: string, options: PipelineOptions) {
    this.#name = name
    this.#options = options
  }

  /** Reads a source from a plugin; `as` says what its records are. Throws JOB_PARAMETERS, JOB_TIME and JOB_JOURNAL. */
  from<P>(
    definition: SourceDefinition<P>,
    parameters: unknown,
    { id = 'source', journal = false, limit, time }: SourceOptions = {},
  ): Flow<never, unknown> {
    const { checkpoint, provide } = this.#options
    const factory = toSourceFactory(definition, injectionOf(definition, { parameters, provide }))
    const source = { id, factory, limit, time: time && timeSpec(time) }
    if (journal !== false && (checkpoint === undefined || factory.traits.replay !== 'none')) {
      throw JOB_JOURNAL({ id, hasCheckpoints: checkpoint !== undefined })
    }
    const own = withMade(this.#draft(), id, definition, parameters)
    const { maxBytes = jobDefaults.journal.maxBytes } = typeof journal === 'object' ? journal : {}
    const most = journal === false ? undefined : maxBytes
    const made = { ...own.made, [id]: { parameters, ...own.made[id], journal: most } }
    const draft = { ...own, made }
    return new Flow({ ...draft, sources: [source] })
  }

  /** Takes records of type `In` from `run(input)`. Throws JOB_TIME. */
  input<In>({ time }: Pick<SourceOptions<In>, 'time'> = {}): Flow<In, In> {
    return new Flow({ ...this.#draft(), time: time && timeSpec(time) })
  }

  /**
   * Flows of this pipeline by the names that the stage which reads them all knows them by, such as the two sides of a join. Throws
   * JOB_TOGETHER.
   */
  together(flows: Readonly<Record<string, Pick<Flow<never, never>, 'draft'>>>): Together {
    return new Together(flows)
  }

  #draft(): Draft {
    return {
      name: this.#name,
      options: this.#options,
      sources: [],
      stages: [],
      sinks: [],
      made: {},
    }
  }
}

/** Starts building a job in code. */
export function pipeline(name: string, options: PipelineOptions = {}): Pipeline {
  return new Pipeline(name, options)
}
