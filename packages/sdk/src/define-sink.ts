import type { SinkBatch } from './batch.ts'
import type { InstanceScope, Injection } from './context.ts'
import type { ParameterSchema } from './schema.ts'

/** A record that a sink refuses; `index` counts in the batch from 0. */
export interface Rejection {
  readonly index: number
  readonly code: string
  readonly message: string
  /** Whether trying this record again can help. */
  readonly retry: boolean
}

/** What became of a batch: nothing to say, or the records that were not written. */
export type WriteResult = void | { readonly rejected: readonly Rejection[] }

/** Nothing where all that was written stays, else how many of the written records are lost. */
export type AbortResult = void | { readonly discarded: number }

/** Names what a sink has prepared: JSON data, kept in the checkpoint. */
export type SinkToken = Readonly<Record<string, unknown>>

/** What `prepare` is told. */
export interface PrepareOptions {
  /** Number of the checkpoint, from 1, growing through all runs of the job; one that did not become durable leaves its number to the next. */
  readonly checkpoint: number
  /** Nothing more is written in this run: the input is over, or the job was stopped. */
  readonly final: boolean
}

/** What `recover` is told beside the token. */
export interface RecoverOptions {
  /**
   * The job was told to go on from a savepoint: what is there may be of later checkpoints, or of another run. A sink that cannot take it
   * back says so.
   */
  readonly isBack: boolean
  /** Where it goes back: what the sink had prepared at the last checkpoint of the job, which nobody goes on from any more. */
  readonly last?: SinkToken | undefined
}

/** A running sink. A throw ends the job, unless the sink `reopens`; records it cannot take are its `rejected`. */
export interface SinkInstance {
  /**
   * True where writing takes as long as a reader likes, as with a pipe or an iterator: `write` and `flush` then have no
   * time limit. Default false: what is not done within 30 s ends the job.
   */
  readonly untimed?: boolean
  open?(): void | Promise<void>
  /** Takes the whole batch or says which records it refuses. Resolving is the only promise asked for. */
  write(batch: SinkBatch): WriteResult | Promise<WriteResult>
  flush?(): void | Promise<void>
  /**
   * In a job with checkpoints, between two writes: when it resolves, all that was written survives a crash, and the token names it.
   * Absent: `flush` is called there, and after a crash records may be written twice.
   */
  prepare?(options: PrepareOptions): SinkToken | Promise<SinkToken>
  /**
   * What was written becomes visible: all of it where the job ended or was stopped in good order; in a job with checkpoints what
   * `token` names, once its checkpoint is durable. Idempotent with a token: after a crash it is called again, in another process.
   */
  commit?(token?: SinkToken): void | Promise<void>
  /**
   * The job goes on from a checkpoint; called after `open`, before the first write. What the token names is made visible, if it is
   * not yet; what was written after it is taken back. `undefined`: the checkpoint knows nothing of this sink.
   */
  recover?(token: SinkToken | undefined, options?: RecoverOptions): void | Promise<void>
  /**
   * The job began anew or went back to a savepoint, and its first checkpoint is durable and visible: no run goes on from `token` any more,
   * which named what was prepared for the last checkpoint before. What is hidden of that run is taken away; what it has shown stays.
   */
  forget?(token: SinkToken): void | Promise<void>
  /**
   * The job failed: nothing half written may be taken for whole. Says how many records it had taken are nowhere now. After a
   * `prepare` what was prepared stays as it is: the job may go on from there.
   */
  abort?(): AbortResult | Promise<AbortResult>
  close?(): void | Promise<void>
}

/** What the engine must know of a sink before it runs. */
export interface SinkTraits {
  readonly name: string
  readonly guarantee: string
  readonly reopens?: boolean | undefined
  readonly replaces?: boolean | undefined
  /** Whether it may be given results that replace earlier ones. Default true. */
  readonly takesUpdates?: boolean | undefined
  /** What a reader sees of a job with checkpoints after a crash. Default `atLeastOnce`. */
  readonly delivers?: Delivery | undefined
}

/** How often a record stands in a sink after a crash, in a job with checkpoints. */
export type Delivery = 'exactlyOnce' | 'atLeastOnce'

/** How the engine gets its sinks. `dispose` is called once, after all instances have closed. */
export interface SinkFactory {
  readonly traits: SinkTraits
  create(scope: InstanceScope): SinkInstance | Promise<SinkInstance>
  dispose(): void | Promise<void>
}

/** A sink as a plugin declares it. */
export interface SinkDefinition<Parameters = unknown> {
  readonly kind: 'sink'
  readonly name: string
  readonly summary: string
  readonly parameters: ParameterSchema<Parameters>
  /** The parameter that a scalar short form sets. */
  readonly main?: string
  /** One sentence that `explain` prints: what a reader of this sink may rely on after a failure. */
  readonly guarantee: string
  /**
   * True where a new instance can go on after a write that threw: what was written before stays, and the batch in hand is
   * written again, so records of it may stand there twice. A function of the parameters where it depends on them. Default false: such
   * a throw ends the job.
   */
  readonly reopens?: boolean | ((parameters: Parameters) => boolean)
  /**
   * True where nobody sees anything of a run before its `commit`, `abort` takes all of it back, and a commit puts it in the place of what
   * stood there: then a pipeline may begin anew after a failure. A function of the parameters where it depends on them. Default false.
   */
  readonly replaces?: boolean | ((parameters: Parameters) => boolean)
  /**
   * `exactlyOnce` where `prepare`, `commit` and `recover` make a crash invisible, in a job with checkpoints. A function of the
   * parameters where it depends on them. Default `atLeastOnce`.
   */
  readonly delivers?: Delivery | ((parameters: Parameters) => Delivery)
  /** Whether it may be given results that replace earlier ones of the same key and window. Default true. */
  readonly takesUpdates?: boolean
  /** Field paths that should be there: one that no record carries is warned about. Default: those of expressions in a job file. */
  readonly expects?: (parameters: Parameters) => readonly string[]
  /**
   * Parameters that may change between two runs while it goes on from its checkpoint, by name with all below them, such as limits of memory. A
   * change of any other is refused, unless whoever starts the job allows it. Default: none.
   */
  readonly mayChange?: readonly string[]
  /**
   * The format of bytes that it writes as they are, `batch.raw`, in the place of records that nobody has touched since a source of the same format read
   * them. Such records may have no more than the fields that stages look at. Default: it writes records.
   */
  readonly raw?: (parameters: Parameters) => string | undefined
  /** Files this sink writes, as absolute paths, so that two sinks never share one. */
  readonly writesFiles?: (parameters: Parameters) => readonly string[]
  create(scope: InstanceScope & Injection<Parameters>): SinkInstance | Promise<SinkInstance>
}

/** Declares a sink. */
export function defineSink<Parameters>(
  definition: Omit<SinkDefinition<Parameters>, 'kind'>,
): SinkDefinition<Parameters> {
  return { kind: 'sink', ...definition }
}

/** What the engine must know of a sink with these parameters. */
export function sinkTraits<Parameters>(
  definition: SinkDefinition<Parameters>,
  parameters: Parameters,
): SinkTraits {
  const { delivers, guarantee, name } = definition
  const { reopens = false, replaces = false, takesUpdates = true } = definition
  const ask = (says: boolean | ((parameters: Parameters) => boolean)): boolean =>
    typeof says === 'function' ? says(parameters) : says
  return {
    name,
    guarantee,
    reopens: ask(reopens),
    replaces: ask(replaces),
    ...(takesUpdates ? {} : { takesUpdates }),
    ...(delivers && { delivers: typeof delivers === 'function' ? delivers(parameters) : delivers }),
  }
}

/** A factory without a container: each instance gets `injection` beside its scope. */
export function toSinkFactory<Parameters>(
  definition: SinkDefinition<Parameters>,
  injection: Injection<Parameters>,
): SinkFactory {
  return {
    traits: sinkTraits(definition, injection.parameters),
    create: (scope) => definition.create({ ...scope, ...injection }),
    dispose: () => undefined,
  }
}
