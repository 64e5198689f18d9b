import { createManualRuntime } from '@millrace/core'
import type { PipelineOptions } from '../draft.ts'
import { pipeline } from '../pipeline.ts'

/** A flow of numbers, and the clock it runs by. */
export function numbers(options: PipelineOptions = {}) {
  const runtime = createManualRuntime()
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => void runtime.timer(ms, resolve))
  const slow =
    (ms: number) =>
    async (n: number): Promise<number> => {
      await sleep(ms)
      return n
    }
  return { runtime, sleep, slow, flow: pipeline('n', { runtime, ...options }).input<number>() }
}
