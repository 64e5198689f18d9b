import type { Summary } from '@millrace/engine'
import type { JobPlan } from '@millrace/loader'
import { type Shell, wantsStack } from '../shell.ts'
import { reportWarnings } from './fault-report.ts'
import { displayPath, renderAny } from './fault-text.ts'
import { readResults, renderResults, resultFile } from './first-results.ts'
import { lineLogger } from './log.ts'
import { deadLetterPlace, writesStdout } from './plan-files.ts'
import { progressDisplay, silentDisplay } from './progress-display.ts'
import { isBrokenPipe, type RunVoice, type VoiceOptions } from './run-voice.ts'
import { summaryJson } from './summary-json.ts'
import { renderSummary } from './summary-text.ts'

/** Speaks to people: progress, sentences and tables. */
export function textVoice(plan: JobPlan, options: VoiceOptions, shell: Shell): RunVoice {
  const { terminal } = shell
  const isQuiet = options.quiet === true
  // A summary as JSON on stderr must stand there alone.
  const isSilent = isQuiet || (options.json === true && writesStdout(plan))
  const display = isSilent ? silentDisplay(terminal) : progressDisplay(plan.name, terminal)
  const level = options.logLevel ?? (isQuiet ? 'error' : 'info')
  return {
    logger: lineLogger(level, (line) => display.say(line), terminal.errorPaint),
    display,
    say(sentence) {
      if (!isSilent) display.say(`${plan.name}: ${sentence}`)
    },
    warn(warnings) {
      if (!isQuiet) reportWarnings(warnings, shell)
    },
    end: (summary) => report(summary, plan, options, shell),
  }
}

/** Results and summary, on stdout unless the job itself writes there; why a job failed, always on stderr. */
async function report(
  summary: Summary,
  plan: JobPlan,
  options: VoiceOptions,
  shell: Shell,
): Promise<void> {
  const { terminal, cwd } = shell
  const write = (text: string): void => {
    if (writesStdout(plan)) terminal.error(text)
    else terminal.out(text)
  }
  if (options.json === true) {
    write(`${JSON.stringify(summaryJson(summary))}\n`)
  } else if (options.quiet !== true && !isBrokenPipe(summary)) {
    const paint = writesStdout(plan) ? terminal.errorPaint : terminal.outPaint
    const place = deadLetterPlace(plan)
    const deadLetters = place === undefined ? undefined : displayPath(place, cwd)
    write(await firstResults(summary, plan, shell))
    write(renderSummary(summary, { paint, cwd, deadLetterPlace: deadLetters }))
  }
  if (summary.error !== undefined && !isBrokenPipe(summary)) {
    const stack = wantsStack(shell, options.logLevel)
    terminal.error(renderAny(summary.error, { cwd, paint: terminal.errorPaint }, stack))
  }
}

async function firstResults(summary: Summary, plan: JobPlan, shell: Shell): Promise<string> {
  const target = resultFile(plan)
  const written = summary.sinks.find(({ id }) => id === target?.id)?.written ?? 0
  if (target === undefined || written === 0 || summary.state === 'failed') return ''
  const { terminal, cwd } = shell
  const results = await readResults(target.path, target.format)
  if (results === undefined) return ''
  const options = { paint: terminal.outPaint, width: terminal.outColumns() }
  return `${renderResults(displayPath(target.path, cwd), results, written, options)}\n`
}
