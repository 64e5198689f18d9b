import { enableCompileCache } from 'node:module'
import { nodeWorkerSide } from '@millrace/engine/host/threads'
import type { WorkerJob } from './worker-job.ts'

// The entry of a worker thread or process. What it loads it finds in the cache that the job has, which is on before the first import.
const { data, side } = await nodeWorkerSide()
const job = data as WorkerJob
if (job.compileCache !== undefined) enableCompileCache(job.compileCache)
const { runWorker } = await import('./run-worker.ts')
runWorker(side, job.load)
