import { isMillraceError, messageOf } from '@millrace/base'
import type { Logger } from '@millrace/sdk'
import { type LogLevel, logLevels } from './log.ts'

/** What a line of a log for machines is made of. */
interface LogLine {
  readonly level: LogLevel
  /** Absent where none was loaded. */
  readonly job?: string | undefined
  readonly message: string
  /** `stage` among them is the part that speaks. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined
}

/** One line: an object with `time`, `level`, `job`, `stage`, `message` and `fields`, each where it is known. */
export function logLine({ fields = {}, job, level, message }: LogLine, time: number): string {
  const { stage, ...rest } = fields
  const head = { time: new Date(time).toISOString(), level, job, stage, message }
  const isBare = Object.keys(rest).length === 0
  try {
    return `${JSON.stringify(isBare ? head : { ...head, fields: rest }, readable)}\n`
  } catch (error) {
    // Such as an object that contains itself: the message is worth more than its fields.
    const unreadable = { unreadable: messageOf(error) }
    return `${JSON.stringify({ ...head, stage: undefined, fields: unreadable })}\n`
  }
}

/** A logger that writes such lines; levels below `level` are dropped. */
export function jsonLogger(
  level: LogLevel,
  job: string,
  { now, write }: { readonly now: () => number; readonly write: (line: string) => void },
): Logger {
  const lowest = logLevels.indexOf(level)
  const at =
    (own: LogLevel) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void => {
      if (logLevels.indexOf(own) < lowest) return
      write(logLine({ level: own, job, message, fields }, now()))
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** What an error, or a warning of a job file, is as a line: its message, and code, hint and place as fields. */
export function errorLine(error: unknown, stack: boolean): Pick<LogLine, 'message' | 'fields'> {
  const trace = stack && error instanceof Error ? { stack: error.stack } : {}
  if (!isMillraceError(error)) return { message: messageOf(error), fields: trace }
  const { code, hint, message, where } = error
  return { message, fields: { code, ...where, hint, ...trace } }
}

function readable(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Error && !isMillraceError(value) ? messageOf(value) : value
}
