import type { Draw } from './draw.ts'

/** A job and its inputs, drawn from a seed. */
export interface DrawnJob {
  /** What stands below `pipeline` in the job file. Inputs are in `../input`; sinks write below `out`. */
  readonly pipeline: string
  /** Files of the input. */
  readonly inputs: Readonly<Record<string, string | Uint8Array>>
  /** Names of files in `actors` that are put beside the inputs. */
  readonly modules?: readonly string[]
  /** Commands that are run before the job, with what they read. */
  readonly prepare?: readonly { readonly args: readonly string[]; readonly input: string }[]
  /** Commands whose output, when the job is done, must be the same, too. */
  readonly shows?: readonly (readonly string[])[]
  /** Stages whose state, when the job is done, must be the same, too. */
  readonly stateOf?: readonly string[]
  /** What is in `out` before the job begins. */
  readonly before?: Readonly<Record<string, string>>
}

/** A kind of job that chaos is let loose on. */
export interface Scenario {
  readonly summary: string
  /** `same`: each file is that of an undisturbed run, byte for byte. `any`: its lines are, in some order. */
  readonly order: 'same' | 'any'
  /** Files that are whole when they appear: whoever has seen one never sees another. */
  readonly settled?: RegExp
  /** Whether sinks write to databases of SQLite. */
  readonly databases?: boolean
  /** `size` is about how many records make half a second of work. */
  job(draw: Draw, size: number): DrawnJob
}
