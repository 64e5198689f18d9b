import type { Draw } from './draw.ts'
import type { Shares } from './fate.ts'
import type { Life } from './life.ts'

/** A job and its inputs, drawn from a seed. */
export interface DrawnJob {
  /** What stands below `pipeline` in the job file. Inputs are in `input`; sinks write below `out`. */
  readonly pipeline: string
  /** Files of the input. */
  readonly inputs: Readonly<Record<string, string | Uint8Array>>
  /** Commands that are run before the job, with what they read. */
  readonly prepare?: readonly { readonly args: readonly string[]; readonly input: string }[]
  /** Commands whose output, when the job is done, must be the same, too. */
  readonly shows?: readonly (readonly string[])[]
  /** Stages whose state, when the job is done, must be the same, too. */
  readonly stateOf?: readonly string[]
  /** Settings that an upgrade brings, and those of one that fails at once. */
  readonly other?: readonly string[]
  readonly bad?: readonly string[]
  /** What is in `out` before the job begins. */
  readonly before?: Readonly<Record<string, string>>
}

/** A kind of job that chaos is let loose on. */
export interface Scenario {
  readonly summary: string
  /** Names of files in `actors` that are put beside the inputs. */
  readonly modules?: readonly string[]
  /** `same`: each file is that of an undisturbed run, byte for byte. `any`: its lines are, in some order. */
  readonly order: 'same' | 'any'
  /** Files that are whole when they appear: whoever has seen one never sees another. */
  readonly settled?: RegExp
  /** What is left out of files that are compared. */
  readonly blurs?: RegExp
  /** In which share of its lives that happens which is of interest here. */
  readonly shares?: Partial<Shares>
  /** Whether its sinks can take everything back that came after a savepoint. */
  readonly goesBack?: boolean
  /** Whether sinks write to databases of SQLite. */
  readonly databases?: boolean
  /** `size` is about how many records make half a second of work. */
  job(draw: Draw, size: number): DrawnJob
}

/** Where several processes live at the same time, and what they are told. */
export interface WorldOptions {
  readonly draw: Draw
  readonly size: number
  readonly fates: number | undefined
  /** Has `input`, with the modules, and `traces`. */
  readonly folder: string
  /** The file that is the command. */
  readonly command: string
}

/** What came of it. */
export interface WorldEnd {
  readonly lives: readonly Life[]
  /** What is wrong; undefined: nothing. */
  readonly broken: string | undefined
  /** What going on undisturbed from after so many lives gives. */
  readonly suspect?: string | undefined
  readonly jobFile: string
}

/** A scenario that is more than one job with its files. */
export interface World {
  readonly summary: string
  /** Names of files in `actors` that are put beside the inputs. */
  readonly modules?: readonly string[]
  run(options: WorldOptions): Promise<WorldEnd>
}
