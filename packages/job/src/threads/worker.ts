import { nodeRuntime } from '@millrace/engine/host'
import { nodeCompile, nodeThreadSide } from '@millrace/engine/host/threads'
import { serveThread } from '@millrace/engine/serve-thread'
import { loadSpec } from '@millrace/loader'
import type { WorkerJob } from './worker-job.ts'

// The entry of a worker thread: builds the job of its file, and runs the stages that are in this thread.
const { data, side } = nodeThreadSide()

serveThread({
  side,
  runtime: nodeRuntime,
  compile: nodeCompile,
  async load() {
    const loaded = await loadSpec(data as WorkerJob)
    const { faults, spec } = loaded
    if (spec !== undefined) return { spec, dispose: () => loaded.dispose() }
    await loaded.dispose()
    // It had none in the thread of the job: what has changed since is beside the file.
    throw faults[0]
  },
})
