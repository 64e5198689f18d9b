import { expect, it } from 'vitest'
import { untilFree } from './holder.ts'
import { open } from './open-store.test-support.ts'
import { SimulatedDisk } from './simulated/simulated-disk.ts'

/** Time goes on only while somebody waits for it; `each` is called with how much went by. */
function clockOf(each: (ms: number) => void) {
  let ms = 0
  return {
    monotonic: () => ms,
    timer: (delayMs: number, task: () => void) => {
      ms += delayMs
      each(ms)
      queueMicrotask(task)
      return () => undefined
    },
  }
}

it('resolves as soon as the process that holds the state has gone', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  await open(disk)
  const runtime = clockOf((ms) => {
    if (ms === 500) disk.kill()
  })
  // Who waits outlives the other.
  const fs = { ...disk.start(), lock: (path: string) => disk.start().lock(path) }

  await untilFree({ directory: '/state', fs, runtime, timeoutMs: 30_000 })

  expect(runtime.monotonic()).toBe(500)
  // It does not hold it itself.
  await (await open(disk)).close()
})

it('names who still holds it once it has waited long enough', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  await open(disk)
  const runtime = clockOf(() => undefined)
  const options = { directory: '/state', fs: disk.start(), runtime, timeoutMs: 30_000 }

  await expect(untilFree(options)).rejects.toThrow(
    new RegExp(`^Process ${process.pid} on .+ holds the state in "/state" since `),
  )
  expect(runtime.monotonic()).toBe(30_000)
})
