import { defineError } from '@millrace/base'

/** A worker of the job, a thread or a process, is no more: what its stages held is lost. */
export const ENG_WORKER_LOST = defineError<{ place: string; stages: string; reason: string }>({
  code: 'ENG_WORKER_LOST',
  retry: 'later',
  message: (d) => `The worker ${d.place} of ${d.stages} is lost: ${d.reason}`,
  hint: () =>
    'Look for process.exit, an uncaught throw, a crash of native code or more memory than there is in these stages. With checkpoints, and sinks that deliver exactly once, the job goes on from the last one.',
})

/** A worker of the job gives no answer and was ended. */
export const ENG_WORKER_BLOCKED = defineError<{
  place: string
  stages: string
  patienceMs: number
}>({
  code: 'ENG_WORKER_BLOCKED',
  retry: 'later',
  message: (d) =>
    `The worker ${d.place} of ${d.stages} has not answered for ${d.patienceMs / 1000} s and was ended.`,
  hint: () =>
    'Look for a loop that does not end in these stages, or give them more time: timeout: 5m.',
})

/** A record cannot be copied to another thread or process. */
export const ENG_WORKER_RECORD = defineError<{ id: string; reason: string }>({
  code: 'ENG_WORKER_RECORD',
  message: (d) => `A record of "${d.id}" cannot go to another thread or process: ${d.reason}`,
  hint: () => 'Emit plain data, without functions; or write runs: async in its parallel.',
})
