import type { Runtime } from '@millrace/base'
import type { InstanceScope } from '@millrace/sdk'

/** What streams need of the surroundings: time, timers and chance. A `Runtime` is one. */
export interface StreamRuntime extends Pick<Runtime, 'now' | 'random' | 'schedule'> {
  /** Runs `task` once after `delayMs`; the result cancels it. `background`: nobody waits for it, so it need not keep the process alive. */
  timer(delayMs: number, task: () => void, background?: boolean): () => void
}

/** The process's own. */
export const processRuntime: StreamRuntime = {
  now: () => Date.now(),
  random: () => Math.random(),
  schedule(task) {
    setImmediate(task)
  },
  timer(delayMs, task, background = false) {
    const timer = setTimeout(task, delayMs)
    if (background) timer.unref()
    return () => clearTimeout(timer)
  },
}

/** That of a job, in the hands of one of its parts. */
export function runtimeOf(scope: Pick<InstanceScope, 'clock' | 'random' | 'timer'>): StreamRuntime {
  return {
    now: () => scope.clock.now(),
    random: scope.random,
    timer: (delayMs, task) => scope.timer(delayMs, task),
    schedule: (task) => void setImmediate(task),
  }
}

/** Longest wait in one go: a timer of the system holds no more than 24 days. */
export const waitMsMax = 60_000

/** Resolves after `delayMs` (at most a minute). */
export function wait(delayMs: number, runtime: Pick<StreamRuntime, 'timer'>): Promise<void> {
  return new Promise((resolve) => {
    runtime.timer(Math.min(waitMsMax, Math.max(1, Math.ceil(delayMs))), resolve)
  })
}
