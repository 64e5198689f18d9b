import type { MillraceError } from '@millrace/base'
import { type JobCheckpoint, joinReplicas, type Progress, type Summary } from '@millrace/engine'

/** The progress of a job that has not begun. */
export function nothingYet<State extends Progress['state']>(
  state: State,
): Progress & { readonly state: State } {
  return {
    state,
    elapsedMs: 0,
    resources: [],
    sources: [],
    stages: [],
    sinks: [],
    deadLetters: 0,
    pipelineRestarts: 0,
  }
}

/** How a run ended that could not begin. */
export function failedSummary(name: string, error: MillraceError): Summary {
  return {
    ...nothingYet('failed'),
    name,
    deadLettersByCode: {},
    firstDeadLetters: [],
    warnings: [],
    restarts: 0,
    error,
  }
}

/** How a run ended that had nothing to do: the job was finished before, with this checkpoint. */
export function finishedSummary(name: string, checkpoint: JobCheckpoint): Summary {
  const { number, sinks, sources, stages, time } = joinReplicas(checkpoint)
  const parts = [...Object.values(sources), ...Object.values(stages), ...Object.values(sinks)]
  const byCode: Record<string, number> = {}
  for (const { letters } of parts) {
    for (const [code, count] of Object.entries(letters.byCode)) {
      byCode[code] = (byCode[code] ?? 0) + count
    }
  }
  return {
    ...nothingYet('completed'),
    name,
    sources: Object.values(sources).map(({ counts }) => counts),
    stages: Object.values(stages).map(({ counts }) => counts),
    sinks: Object.values(sinks).map(({ counts }) => counts),
    deadLetters: Object.values(byCode).reduce((sum, count) => sum + count, 0),
    deadLettersByCode: byCode,
    firstDeadLetters: parts.flatMap(({ letters }) => letters.first).slice(0, 5),
    restarts: 0,
    checkpoint: {
      number,
      time,
      durationMs: undefined,
      count: 0,
      failures: 0,
      writtenBytes: undefined,
      stateBytes: undefined,
      isPending: false,
    },
    warnings: [
      `The job was finished on ${new Date(time).toISOString()}; nothing was read. Begin it anew with fresh (--fresh).`,
    ],
  }
}
