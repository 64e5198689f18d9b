import type { MillraceError, Runtime } from '@millrace/base'
import { createJob, type JobCheckpoint, type JobSpec, mainOutputs, stageOf } from '@millrace/engine'
import type { SinkFactory, SourceFactory } from '@millrace/sdk'

const nowhere: SinkFactory = {
  traits: { name: 'nowhere', guarantee: 'Nothing is written.' },
  create: () => ({ write() {} }),
  dispose() {},
}

/**
 * Opens the stages of a job over their state, gives them no record and closes them: what they refuse, or undefined. Nothing is written.
 * Whatever else fails is left to the job itself: it may fail here only because another one runs.
 */
export async function rehearse(
  spec: JobSpec,
  restored: JobCheckpoint,
  runtime: Runtime,
): Promise<MillraceError | undefined> {
  const known = new Set(Object.keys(restored.stages).map(stageOf))
  const kept = spec.stages.filter(({ id }) => known.has(id))
  if (kept.length === 0) return undefined
  const source = { id: 'rehearsal', factory: stopsAtOnce(() => void job.stop()) }
  const from = [{ id: source.id, output: 'out' }]
  const stages = kept.map((stage) => ({
    ...stage,
    inputs: stage.inputs.map(({ name }) => ({ name, from })),
  }))
  const commit = (): Promise<void> => Promise.resolve()
  const last = (): Promise<undefined> => Promise.resolve(undefined)
  const job = createJob(
    {
      name: spec.name,
      resources: spec.resources,
      // What waits parked in a stage, or goes to dead letters, may do so by what the job says.
      onError: spec.onError,
      deadLetter: spec.deadLetter && { ...spec.deadLetter, factory: nowhere },
      sources: [source],
      stages,
      sinks: [
        { id: 'nowhere', factory: nowhere, from: mainOutputs({ sources: [source], stages }) },
      ],
      checkpoint: {
        everyMs: Number.MAX_SAFE_INTEGER,
        store: { takesChanges: true, commit, last },
        restored: { ...restored, end: undefined, sources: {}, sinks: {} },
      },
    },
    { runtime },
  )
  const { error } = await job.run()
  return error?.code.startsWith('ENG_STATE_') === true ? error : undefined
}

/** A source that says when all is open, and has no record. */
function stopsAtOnce(stop: () => void): SourceFactory {
  const untilAborted = async (signal: AbortSignal): Promise<IteratorReturnResult<undefined>> => {
    stop()
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    }
    return { done: true, value: undefined }
  }
  return {
    traits: { name: 'rehearsal', ends: false, replay: 'position' },
    create: () => ({
      read: (_partition, _position, { signal }) => ({
        [Symbol.asyncIterator]: () => ({ next: () => untilAborted(signal) }),
      }),
    }),
    dispose() {},
  }
}
