import { nodeRuntime } from '@millrace/engine/host'
import type { JobPlan } from '@millrace/loader'
import { type Shell, wantsStack } from '../shell.ts'
import { errorLine, jsonLogger } from './log-line.ts'
import { paceOf, type Pace } from './pace.ts'
import { writesStdout } from './plan-files.ts'
import type { ProgressDisplay } from './progress-display.ts'
import { isBrokenPipe, type RunVoice, type VoiceOptions } from './run-voice.ts'
import { summaryJson } from './summary-json.ts'

/** A service is watched through its metrics; its log only says that it lives. */
const progressEveryMs = 60_000

/** Speaks to machines: each thing said is a line of JSON on stderr, and stdout is left to the job but for `--json`. */
export function jsonVoice(plan: JobPlan, options: VoiceOptions, shell: Shell): RunVoice {
  const { terminal } = shell
  const level = options.logLevel ?? (options.quiet === true ? 'error' : 'info')
  const logger = jsonLogger(level, plan.name, {
    now: () => nodeRuntime.now(),
    write: (line) => terminal.error(line),
  })
  const stack = wantsStack(shell, options.logLevel)
  return {
    logger,
    display: loggedProgress((message, fields) => logger.info(message, fields)),
    say: (sentence) => logger.info(sentence),
    warn(warnings) {
      for (const warning of warnings) {
        const { fields, message } = errorLine(warning, false)
        logger.warn(message, fields)
      }
    },
    end(summary) {
      if (summary.error !== undefined && !isBrokenPipe(summary)) {
        const { fields, message } = errorLine(summary.error, stack)
        logger.error(message, fields)
      }
      const { error: _, ...rest } = summary
      logger.info(summary.state, { ...rest })
      if (options.json === true && !writesStdout(plan)) {
        terminal.out(`${JSON.stringify(summaryJson(summary))}\n`)
      }
      return Promise.resolve()
    },
  }
}

function loggedProgress(
  write: (message: string, fields?: Readonly<Record<string, unknown>>) => void,
): ProgressDisplay {
  let timer: NodeJS.Timeout | undefined
  let pace: Pace | undefined
  return {
    follow(progress) {
      timer = setInterval(() => {
        pace = paceOf(progress(), pace)
        const { bytes, bytesTotal, checkpoint, deadLetters, elapsedMs } = pace
        const { perSecond, records, share, state } = pace
        const perSecondRounded = Math.round(perSecond)
        write('progress', {
          state,
          records,
          bytes,
          bytesTotal,
          perSecond: perSecondRounded,
          deadLetters,
          elapsedMs,
          share,
          checkpoint,
        })
      }, progressEveryMs)
      timer.unref()
    },
    say: (line) => write(line),
    end: () => clearInterval(timer),
  }
}
