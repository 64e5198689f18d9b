import type { WriteMode } from './file-target.ts'
import type { FileEntry } from './file-token.ts'
import type { FileWriter } from './file-writer.ts'
import type { FirstTouches } from './first-touches.ts'
import type { Output } from './output.ts'
import type { OutputSet } from './output-set.ts'
import type { RunMarks } from './run-marks.ts'

/** What the files of a sink share. */
export interface FilesOptions {
  /** As the user names it. */
  readonly path: string
  /** The folder that its files are named by. */
  readonly folder: string
  /** The path depends on the record. */
  readonly isTemplate: boolean
  readonly mode: WriteMode
  /** Each checkpoint finishes files of its own. */
  readonly inParts: boolean
  readonly marks: RunMarks
  readonly outputs: OutputSet
  readonly writer: FileWriter
  readonly touches: FirstTouches | undefined
  readonly warn: (sentence: string) => void
  /** The output of a file that a checkpoint names. */
  readonly takeUp: (path: string, real: string, entry: FileEntry) => Output
}
