import type { Summary } from '@millrace/engine'
import type { Job } from '@millrace/job'
import { exitCodes } from '../exit-codes.ts'
import { limitHeap } from '../limit-heap.ts'
import { exit } from '../print.ts'
import type { ProgressDisplay } from '../report/progress-display.ts'
import { catchSignals } from '../signals.ts'

/** How a job is run and shown. */
export interface RunToEnd {
  readonly display: ProgressDisplay
  /** Says a sentence about the run. */
  readonly say: (sentence: string) => void
  /** What it reads, for people. */
  readonly reads: readonly string[]
  /** What a signal does: fire everything open, or not. */
  readonly drain: boolean
  /** Called once the job has started. */
  readonly started?: () => void
}

/** Runs a job to its end. The first signal stops it in good order, a second one ends the process. */
export async function runToEnd(job: Job, options: RunToEnd): Promise<Summary> {
  const { display, drain, reads, say, started } = options
  const ignoreSignals = catchSignals({
    first: () => void (drain ? job.drain() : job.stop()),
    armed: () => {
      const what = drain ? 'draining' : 'stopping'
      say(`${what}; once more ends at once`)
    },
    second: () => {
      job.abort()
      display.end()
      void exit(exitCodes.secondSignal)
    },
  })
  try {
    say(`reading ${reads.join(', ')}`)
    limitHeap()
    const running = job.run()
    started?.()
    display.follow(() => job.progress())
    return await running
  } finally {
    ignoreSignals()
    display.end()
  }
}
