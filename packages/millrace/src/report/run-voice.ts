import { isMillraceError, type MillraceError } from '@millrace/base'
import type { Summary } from '@millrace/engine'
import type { Logger } from '@millrace/sdk'
import type { LogLevel } from './log.ts'
import type { ProgressDisplay } from './progress-display.ts'

/** How a run speaks, on stderr but for its summary. */
export interface RunVoice {
  /** Lines of the job and its parts. */
  readonly logger: Logger
  readonly display: ProgressDisplay
  /** A sentence about the run, without its name. */
  say(sentence: string): void
  /** What is odd about the job file. */
  warn(warnings: readonly MillraceError[]): void
  /** How the run ended. */
  end(summary: Summary): Promise<void>
}

/** What is said. */
export interface VoiceOptions {
  /** The summary goes to stdout as JSON. */
  readonly json?: boolean
  /** Nothing but errors. */
  readonly quiet?: boolean
  readonly logLevel?: LogLevel
}

/** Who reads our output had enough (`| head`): not a failure of the job's. */
export function isBrokenPipe(summary: Summary): boolean {
  return isMillraceError(summary.error, 'FILE_BROKEN_PIPE')
}
