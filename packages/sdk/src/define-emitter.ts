import { isChoiceOf, type ModuleChoice, parseChoice } from './module-choice.ts'
import type { ParameterSchema } from './schema.ts'
import type { ParameterProblem } from './try-parse-parameters.ts'

/** A window that an emitter gives. */
export interface Emission {
  /** Epoch ms. */
  readonly start: number
  /** Epoch ms, above `start`; not part of the window. */
  readonly end: number
  /** Records that the emitter was given, in the order in which they are to be folded. */
  readonly records: readonly unknown[]
}

/** The windows that are ready: none, one or several. */
export type Emissions = Emission | readonly Emission[] | undefined

/** When a hook of an emitter runs, and what it may ask for. One object again and again: do not keep it. */
export interface EmitterMoment {
  /** Event time of the record, or the time that `wake` asked for; epoch ms. */
  readonly timestamp: number
  /** How far event time has come, epoch ms; a record with an earlier timestamp is late. */
  readonly watermark: number
  /**
   * Calls `onTime` for this key once event time has come to `time`, epoch ms, whatever was asked before. Throws where there is no
   * `onTime`, or where `time` is not later than the one that it is called for.
   */
  wake(time: number): void
  /** Lets go of the memory of this key, and of what `wake` asked for; its next record begins anew. */
  forget(): void
}

/**
 * Decides per key which records make a window, and when. It holds nothing itself: what it must remember of a key is the memory,
 * plain data (a structured clone must be the same) that the hooks change in place. The stage keeps it as state, so that a restart
 * goes on with it. A hook that throws must leave the memory as it was; of `add` the record has failed, of the others the stage.
 */
export interface Emitter<Memory = unknown> {
  /** The memory of a key before its first record: an object, a list or a map. */
  begin(): Memory
  /** Takes a record. */
  add(memory: Memory, record: unknown, moment: EmitterMoment): Emissions
  /** Event time has come to what `wake` asked for. It is not called at the end of the input, where `flush` is. */
  onTime?(memory: Memory, moment: EmitterMoment): Emissions
  /** The input is over: what is left. A stop is no end: the next run goes on. */
  flush(memory: Memory): Emissions
}

/** An emitter as a plugin or a file of the job declares it, for a parameter that takes one, such as `window: { emitter: … }`. */
export interface EmitterDefinition<Parameters = unknown, Memory = unknown> {
  readonly kind: 'emitter'
  readonly name: string
  readonly summary: string
  readonly parameters: ParameterSchema<Parameters>
  /** The parameter that a scalar short form sets. */
  readonly main?: string
  /** One for all keys. It must depend on nothing but parameters, memory and records, so that a second run gives the same windows. */
  create(scope: { readonly parameters: Parameters }): Emitter<Memory>
}

/** An emitter as code names it: its definition, or one with parameters. Of a job file the loader makes one. */
export type EmitterChoice = ModuleChoice<EmitterDefinition>

/** Declares an emitter. */
export function defineEmitter<Parameters, Memory>(
  definition: Omit<EmitterDefinition<Parameters, Memory>, 'kind'>,
): EmitterDefinition<Parameters, Memory> {
  return { kind: 'emitter', ...definition }
}

/** Whether a value names an emitter; its parameters are not looked at. */
export function isEmitterChoice(value: unknown): value is EmitterChoice {
  return isChoiceOf('emitter', value)
}

/** The emitter that is named, to be made; or what is wrong with its parameters. */
export function parseEmitter(
  choice: EmitterChoice,
):
  | { readonly name: string; readonly create: () => Emitter }
  | { readonly problem: ParameterProblem } {
  const parsed = parseChoice(choice)
  if ('problem' in parsed) return parsed
  const { module, parameters } = parsed
  return { name: module.name, create: () => module.create({ parameters }) }
}
