import { defineError } from '@millrace/base'

/** An open job takes no record any more. */
export const JOB_CLOSED = defineError<{ name: string; why: 'stopped' | 'failed' | 'aborted' }>({
  code: 'JOB_CLOSED',
  message: (d) => `Job "${d.name}" takes no more records: it ${why[d.why]}.`,
  hint: (d) =>
    d.why === 'failed'
      ? 'Mend what its cause says, then build or load the job again and open it.'
      : 'Build or load the job again and open it.',
})

const why = { stopped: 'was stopped', failed: 'has failed', aborted: 'was aborted' } as const

/** A job cannot be opened. */
export const JOB_OPEN = defineError<{ name: string; problem: string; hint: string }>({
  code: 'JOB_OPEN',
  message: (d) => `Job "${d.name}" cannot be opened: ${d.problem}.`,
  hint: (d) => d.hint,
})

/** A record cannot be pushed so. */
export const JOB_PUSH = defineError<{ got: string }>({
  code: 'JOB_PUSH',
  message: (d) => `timeoutMs must be a number of milliseconds from 0; got ${d.got}.`,
  hint: () => 'Write, for example, push(record, { timeoutMs: 50 }), or leave it out to wait.',
})
