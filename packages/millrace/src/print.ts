import { CLI_OUTPUT } from './errors.ts'
import { exitCodes } from './exit-codes.ts'
import { paintFor, type Paint } from './paint.ts'

/** Where a command writes. The only door to the process's streams and to its exit. */
export interface Terminal {
  /** Results, on stdout. Adds no line end. */
  out(text: string): void
  /** What is said about the work, on stderr. */
  error(text: string): void
  readonly outPaint: Paint
  readonly errorPaint: Paint
  /** Whether stderr is a terminal that can redraw a line. */
  readonly interactive: boolean
  /** Columns of stderr. */
  columns(): number
  /** Columns of stdout; undefined when it is no terminal. */
  outColumns(): number | undefined
}

// Why standard output took no more, such as a full disk. What is said about the work is not worth a job.
let lost: Error | undefined

/** A reader that went away (`| head`) is no error: what is left is not written. `onLoss` hears of every other failure. */
function writer(
  stream: NodeJS.WriteStream,
  onLoss: (error: Error) => void,
): (text: string) => void {
  let broken = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    broken = true
    if (error.code !== 'EPIPE') onLoss(error)
  })
  return (text) => {
    if (!broken && text !== '') stream.write(text)
  }
}

/** The process's own streams. Call once. */
export function processTerminal(): Terminal {
  return {
    out: writer(process.stdout, (error) => {
      lost ??= error
    }),
    error: writer(process.stderr, () => undefined),
    outPaint: paintFor(process.stdout),
    errorPaint: paintFor(process.stderr),
    interactive: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
    // Some pseudo terminals say that they have no column at all.
    columns: () => process.stderr.columns || 80,
    outColumns: () => (process.stdout.isTTY ? process.stdout.columns : undefined),
  }
}

/**
 * Ends the process when both streams are written, with 1 instead of 0 when standard output could not be, which is said as a line
 * of JSON where `logs` is true. A blocked read of stdin would keep it alive otherwise.
 */
export async function exit(code: number, logs = false): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map(flushed))
  // A stream says that a write failed only after the write.
  await new Promise(setImmediate)
  if (lost === undefined || code !== exitCodes.done) process.exit(code)
  const { renderAny } = await import('./report/fault-text.ts')
  const { errorLine, logLine } = await import('./report/log-line.ts')
  const fault = CLI_OUTPUT({ reason: lost.message }, {}, lost)
  const text = logs
    ? logLine({ level: 'error', ...errorLine(fault, false) }, Date.now())
    : renderAny(fault, { cwd: '.', paint: paintFor(process.stderr) }, false)
  process.stderr.write(text)
  process.exit(exitCodes.jobFailed)
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve()
    else stream.write('', () => resolve())
  })
}
