import { createRandom, invariant, type Runtime, TimerHeap } from '@millrace/base'

/** A runtime whose clock moves and whose tasks run only when told to. */
export interface ManualRuntime extends Runtime {
  /** Runs scheduled tasks, in order, until none is left. The clock stands still; promises are not waited for. */
  runUntilIdle(): void
  /** Moves the clock by `ms`: timers fire in order of their due time, each at its time, followed by what they scheduled. */
  advance(ms: number): void
  /** Runs scheduled tasks and lets promises go on, in turns, until nothing moves. The clock stands still. */
  settle(): Promise<void>
  /** Like `advance`, but settles before, between and after the timers. */
  elapse(ms: number): Promise<void>
}

const tasksMax = 10_000_000

/**
 * Makes a virtual runtime: `seed` (default 1) fixes its random numbers, `startMs` (default 0) is the first wall clock time.
 * Two runs with the same seed and the same calls are equal.
 */
export function createManualRuntime(
  options: { seed?: number; startMs?: number } = {},
): ManualRuntime {
  const startMs = options.startMs ?? 0
  const random = createRandom(options.seed ?? 1)
  const timers = new TimerHeap<() => void>()
  let tasks: (() => void)[] = []
  let elapsedMs = 0

  const runUntilIdle = (): void => {
    for (let count = 0; tasks.length > 0;) {
      const batch = tasks
      tasks = []
      for (const [index, task] of batch.entries()) {
        invariant(++count <= tasksMax, 'a virtual runtime comes to rest')
        try {
          task()
        } catch (error) {
          tasks = [...batch.slice(index + 1), ...tasks]
          throw error
        }
      }
    }
  }
  const settle = async (): Promise<void> => {
    runUntilIdle()
    // Promises that go on may schedule, and what is scheduled may settle promises: only a quiet turn is the end.
    for (let quiet = 0; quiet < 2; quiet++) {
      await macrotask()
      if (tasks.length > 0) quiet = -1
      runUntilIdle()
    }
  }
  const fireNext = (untilMs: number): boolean => {
    const first = timers.peek()
    if (first === undefined || first.dueMs > untilMs) return false
    timers.pop()
    elapsedMs = Math.max(elapsedMs, first.dueMs)
    first.value()
    return true
  }
  return {
    now: () => startMs + elapsedMs,
    monotonic: () => elapsedMs,
    random,
    schedule: (task) => {
      tasks.push(task)
    },
    timer(delayMs, task) {
      const entry = timers.add(elapsedMs + Math.max(0, delayMs), task)
      return () => {
        timers.remove(entry)
      }
    },
    yield: () =>
      new Promise((resolve) => {
        tasks.push(resolve)
      }),
    runUntilIdle,
    advance(ms) {
      const untilMs = elapsedMs + ms
      runUntilIdle()
      while (fireNext(untilMs)) runUntilIdle()
      elapsedMs = untilMs
    },
    settle,
    async elapse(ms) {
      const untilMs = elapsedMs + ms
      await settle()
      while (fireNext(untilMs)) await settle()
      elapsedMs = untilMs
    },
  }
}

/** A turn of the real event loop, after which every promise that could go on has done so. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve, 0)
  })
}
