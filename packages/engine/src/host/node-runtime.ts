import { performance } from 'node:perf_hooks'

import type { Runtime } from '@millrace/base'

/** The real clocks, timers and scheduler of Node. Its timers keep the process alive. */
export const nodeRuntime: Runtime = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  schedule(task) {
    setImmediate(task)
  },
  soon(task) {
    queueMicrotask(task)
  },
  timer(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
  yield: () => new Promise((resolve) => void setImmediate(resolve)),
}
