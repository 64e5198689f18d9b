import { nodeRuntime } from '@millrace/engine/host'
import { nodeCompile } from '@millrace/engine/host/threads'
import { serveThread } from '@millrace/engine/serve-thread'
import { loadSpec, type LoadOptions } from '@millrace/loader'

type Side = Parameters<typeof serveThread>[0]['side']

/** Builds the job of its file, and runs the stages that are in this worker. */
export function runWorker(side: Side, options: LoadOptions): void {
  serveThread({
    side,
    runtime: nodeRuntime,
    compile: nodeCompile,
    async load() {
      const loaded = await loadSpec(options)
      const { faults, spec } = loaded
      if (spec !== undefined) return { spec, dispose: () => loaded.dispose() }
      await loaded.dispose()
      // It had none in the thread of the job: what has changed since is beside the file.
      throw faults[0]
    },
  })
}
