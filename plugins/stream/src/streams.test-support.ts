import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualTime } from '@millrace/testkit'
import { afterAll, onTestFinished } from 'vitest'
import { openStream, type OpenOptions } from './open-stream.ts'
import type { Stream } from './stream.ts'
import type { StreamRuntime } from './stream-runtime.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-streams-'))
let folders = 0
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A folder of its own. */
export function newFolder(): string {
  return join(root, String(++folders))
}

/** Streams in a folder of their own, closed when the test is over. `runtime.timer` is virtual; nothing else waits for a clock. */
export interface Place {
  readonly dir: string
  readonly runtime: StreamRuntime
  open<T>(name: string, options?: OpenOptions): Promise<Stream<T>>
  /** Moves the clock by `ms`: timers fire in order, each at its time. */
  advance(ms: number): Promise<void>
}

/** A place whose clock stands still until the test moves it. */
export function virtual(startMs = 1_000_000): Place {
  const time = manualTime({ startMs })
  const { runtime } = time
  // What is only put off a turn needs no clock.
  const streamRuntime: StreamRuntime = {
    now: () => runtime.now(),
    random: () => runtime.random(),
    timer: (delayMs, task) => runtime.timer(delayMs, task),
    schedule: (task) => void setImmediate(task),
  }
  const dir = newFolder()
  return {
    dir,
    runtime: streamRuntime,
    advance: (ms) => time.advance(ms),
    async open<T>(name: string, options: OpenOptions = {}) {
      const stream = await openStream<T>(name, { dir, runtime: streamRuntime, ...options })
      onTestFinished(() => stream.close())
      return stream
    },
  }
}
