import type { Summary } from '@millrace/engine'
import type { Job } from '@millrace/job'
import { exitCodes } from '../exit-codes.ts'
import { limitHeap } from '../limit-heap.ts'
import { exit } from '../print.ts'
import type { ProgressDisplay } from '../report/progress-display.ts'
import type { Shell } from '../shell.ts'
import { catchSignals } from '../signals.ts'

/** How a job is run and shown. */
export interface RunToEnd {
  readonly display: ProgressDisplay
  /** Nothing is said about the work. */
  readonly silent: boolean
  /** What it reads, for people. */
  readonly reads: readonly string[]
  /** What a signal does: fire everything open, or not. */
  readonly drain: boolean
}

/** Runs a job to its end. The first signal stops it in good order, a second one ends the process. */
export async function runToEnd(job: Job, options: RunToEnd, shell: Shell): Promise<Summary> {
  const { display, drain, reads, silent } = options
  const ignoreSignals = catchSignals({
    first: () => void (drain ? job.drain() : job.stop()),
    armed: () => {
      const what = drain ? 'draining' : 'stopping'
      if (!silent) display.say(`${job.name}: ${what}; once more ends at once`)
    },
    second: () => {
      job.abort()
      display.end()
      void exit(exitCodes.secondSignal)
    },
  })
  try {
    if (!silent) shell.terminal.error(`${job.name}: reading ${reads.join(', ')}\n`)
    limitHeap()
    const running = job.run()
    display.follow(() => job.progress())
    return await running
  } finally {
    ignoreSignals()
    display.end()
  }
}
