import type { JobSpec, Summary } from '@millrace/engine'
import { Job, type Letter, lostPlaces, nodeRuntime, type ReplaySpec } from '@millrace/job'
import type { JobPlan } from '@millrace/loader'
import { exitCodes } from '../exit-codes.ts'
import { loadOptions, type JobFileOptions } from '../job-file.ts'
import type { NamedLetter } from '../letters/chosen.ts'
import {
  lastingSinks,
  type LoadedReplay,
  loadReplay,
  ownFiles,
  removeUnfinished,
} from '../letters/load-replay.ts'
import type { ReplayLog } from '../letters/replay-log.ts'
import { printFaults, reportFaults, reportWarnings } from '../report/fault-report.ts'
import { displayPath, renderAny, renderFaults } from '../report/fault-text.ts'
import { lineLogger, type LogLevel } from '../report/log.ts'
import { deadLetterPlace, writesStdout } from '../report/plan-files.ts'
import { progressDisplay, silentDisplay } from '../report/progress-display.ts'
import { outlookOf, type Outlook, renderOutcome, renderOutlook } from '../report/replay-text.ts'
import { summaryJson } from '../report/summary-json.ts'
import { renderSummary } from '../report/summary-text.ts'
import { type Shell, wantsStack } from '../shell.ts'
import { runToEnd } from './run-to-end.ts'

/** Options of every command that feeds letters into a job. */
export interface FeedOptions extends Omit<JobFileOptions, 'input' | 'dataStream'> {
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
  readonly logLevel?: LogLevel
  readonly failOnDeadLetter?: boolean
}

/** What is fed, and how. */
export interface Feeding {
  /** The file of letters. */
  readonly path: string
  readonly log: ReplayLog
  readonly chosen: readonly NamedLetter[]
  /** What is done to them. */
  readonly verb: Outlook['verb']
  /** The job that takes them. Throws a coded error where they have no place in it. */
  readonly build: (
    spec: JobSpec,
    letters: readonly Letter[],
    onFed: (letter: Letter) => void,
  ) => ReplaySpec
  /** Called when the letters are where they belong and the log says so. */
  readonly onDone?: (names: ReadonlySet<string>) => Promise<void>
}

/** A job that was loaded for letters, and what will happen to them. */
interface Prepared {
  readonly replay: LoadedReplay
  readonly plan: JobPlan
  readonly built: ReplaySpec
  readonly outlook: Outlook
  readonly fed: ReadonlySet<Letter>
}

/** Feeds letters into a job: says what will happen, runs it, and writes down what was done once all of it is safe. */
export async function feedLetters(
  argument: string | undefined,
  options: FeedOptions,
  feeding: Feeding,
  shell: Shell,
): Promise<number> {
  const load = loadOptions(argument, options, shell)
  const replay = await loadReplay(load, feeding.path, feeding.log)
  const { faults, plan, spec, warnings } = replay.loaded
  try {
    if (spec === undefined || plan === undefined) {
      if (options.json === true) printFaults(load.file, faults, warnings, shell)
      else reportFaults(load.file, faults, shell)
      return exitCodes.badUsage
    }
    const due = feeding.chosen.filter(({ name }) => feeding.log.replayedAt(name) === undefined)
    const letters = due.map(({ letter }) => letter)
    const lost = feeding.verb === 'skipped' ? [] : lostPlaces(spec, letters)
    if (lost.length > 0) {
      const { cwd, terminal } = shell
      terminal.error(renderFaults(lost, { cwd, paint: terminal.errorPaint }))
      return exitCodes.badUsage
    }
    const fed = new Set<Letter>()
    const built = feeding.build(spec, letters, (letter) => void fed.add(letter))
    const outlook = outlookFor(built, plan, replay, feeding)
    const prepared: Prepared = { replay, plan, built, outlook, fed }
    if (options.quiet !== true) reportWarnings(warnings, shell)
    const isOver = options.dryRun === true || prepared.outlook.due === 0
    tellOutlook(prepared, isOver, options, shell)
    return isOver ? exitCodes.done : await run(prepared, options, feeding, shell)
  } finally {
    await replay.loaded.dispose()
  }
}

function outlookFor(
  { remembering, spec }: ReplaySpec,
  plan: JobPlan,
  replay: LoadedReplay,
  { chosen, log, path, verb }: Feeding,
): Outlook {
  const sinks = [...spec.sinks, ...(spec.deadLetter === undefined ? [] : [spec.deadLetter])]
  const reached = new Set(sinks.map(({ id }) => id))
  return outlookOf({
    verb,
    path,
    job: spec.name,
    chosen: chosen.map(({ letter, name }) => ({ letter, replayedAt: log.replayedAt(name) })),
    remembering,
    files: replay.files.filter(({ id }) => reached.has(id)),
    lasting: lastingSinks(plan, replay).filter((id) => reached.has(id)),
    number: replay.number,
  })
}

function tellOutlook(
  { outlook }: Prepared,
  isOver: boolean,
  options: FeedOptions,
  { cwd, terminal }: Shell,
): void {
  if (options.json === true) {
    if (isOver) terminal.out(`${JSON.stringify(outlook)}\n`)
  } else if (isOver) terminal.out(renderOutlook(outlook, { cwd, paint: terminal.outPaint }))
  else if (options.quiet !== true) {
    terminal.error(`${renderOutlook(outlook, { cwd, paint: terminal.errorPaint })}\n`)
  }
}

async function run(
  { built, fed, outlook, plan, replay }: Prepared,
  options: FeedOptions,
  feeding: Feeding,
  shell: Shell,
): Promise<number> {
  const { cwd, terminal } = shell
  const { chosen, log, onDone, path } = feeding
  await removeUnfinished(log)
  await log.begin(replay.number, ownFiles(replay), nodeRuntime.now())
  const isSilent = options.quiet === true || (options.json === true && writesStdout(plan))
  const display = isSilent ? silentDisplay(terminal) : progressDisplay(built.spec.name, terminal)
  const level = options.logLevel ?? (options.quiet === true ? 'error' : 'info')
  const logger = lineLogger(level, (line) => display.say(line), terminal.errorPaint)
  const dispose = (): Promise<void> => Promise.resolve()
  const job = new Job({ spec: built.spec, runtime: nodeRuntime, logger, plan, dispose })
  const reads = [displayPath(path, cwd)]
  // A signal lets what went in come out: nothing of it may stay in the memory of a stage.
  const say = (sentence: string): void => {
    if (!isSilent) display.say(`${job.name}: ${sentence}`)
  }
  const summary = await runToEnd(job, { display, say, reads, drain: true })
  if (summary.state !== 'failed') {
    const names = chosen.filter(({ letter }) => fed.has(letter)).map(({ name }) => name)
    await log.end(replay.number, names, nodeRuntime.now())
    await onDone?.(new Set(names))
  }
  report(
    summary,
    plan,
    { ...outlook, fed: summary.state === 'failed' ? 0 : fed.size },
    options,
    shell,
  )
  if (summary.state === 'failed') return exitCodes.jobFailed
  const deadLettersFail = options.failOnDeadLetter === true && summary.deadLetters > 0
  return deadLettersFail ? exitCodes.jobFailed : exitCodes.done
}

function report(
  summary: Summary,
  plan: JobPlan,
  outcome: Outlook & { readonly fed: number },
  options: FeedOptions,
  shell: Shell,
): void {
  const { cwd, terminal } = shell
  const isTaken = writesStdout(plan)
  const write = (text: string): void => (isTaken ? terminal.error(text) : terminal.out(text))
  if (options.json === true) {
    write(`${JSON.stringify({ ...outcome, summary: summaryJson(summary) })}\n`)
  } else if (options.quiet !== true) {
    const paint = isTaken ? terminal.errorPaint : terminal.outPaint
    const place = deadLetterPlace(plan)
    const deadLetters = place === undefined ? undefined : displayPath(place, cwd)
    write(renderSummary(summary, { paint, cwd, deadLetterPlace: deadLetters }))
    write(renderOutcome(outcome, summary, paint))
  }
  if (summary.error !== undefined) {
    const stack = wantsStack(shell, options.logLevel)
    terminal.error(renderAny(summary.error, { cwd, paint: terminal.errorPaint }, stack))
  }
}
