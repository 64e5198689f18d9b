import type { Runtime } from '@millrace/base'

/** Turns of the event loop that are looked at one by one before looks grow rarer. */
const EAGER = 16
const PAUSE_MAX_MS = 16

/** Resolves when a look says so. Looks at every turn of the event loop at first, then less often. */
export async function untilQuiet(runtime: Runtime, isQuiet: () => boolean): Promise<void> {
  for (let looks = 0; !isQuiet(); looks++) {
    if (looks < EAGER) await runtime.yield()
    else {
      const pauseMs = Math.min(PAUSE_MAX_MS, looks - EAGER + 1)
      await new Promise<void>((resolve) => void runtime.timer(pauseMs, resolve))
    }
  }
}
