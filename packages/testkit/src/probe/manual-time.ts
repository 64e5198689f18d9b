import { type ActorSystem, createActorSystem, createManualRuntime } from '@millrace/core'
import type { Runtime } from '@millrace/base'

import type { ProbeHost } from './probe.ts'

/** A system whose clock stands still until the test moves it. Real promises and I/O are allowed. */
export interface ManualTime extends ProbeHost {
  readonly runtime: Runtime
  readonly system: ActorSystem
  /** Runs actors and promises until nothing moves; the clock stands still. */
  settle(): Promise<void>
  /** Moves the clock by `ms`: timers fire in order, each at its time. */
  advance(ms: number): Promise<void>
}

/**
 * Virtual time for an ordinary test, without chance: messages are handled in the order they were queued.
 * `startMs` is the first wall clock time, epoch ms; default 0.
 */
export function manualTime(options: { readonly startMs?: number } = {}): ManualTime {
  const runtime = createManualRuntime(options)
  const system = createActorSystem({ runtime, name: 'test' })
  return {
    runtime,
    system,
    settle: () => runtime.settle(),
    advance: (ms) => runtime.elapse(ms),
    async reaches(predicate, within) {
      const untilMs = runtime.monotonic() + within
      await runtime.settle()
      while (!predicate()) {
        const leftMs = untilMs - runtime.monotonic()
        if (leftMs <= 0) return false
        // In small steps, so that the clock stands where it came true.
        await runtime.elapse(Math.min(1, leftMs))
      }
      return true
    },
  }
}
