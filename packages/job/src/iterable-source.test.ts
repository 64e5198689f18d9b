import type { Runtime } from '@millrace/base'
import type { InstanceScope, SourceBatch, SourceInstance } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { iterableSource, type Input } from './iterable-source.ts'

/** Timers that fire when the test says so. */
function manualTimers(): { runtime: Runtime; fire(): void } {
  const tasks = new Set<() => void>()
  const runtime: Runtime = {
    now: () => 0,
    monotonic: () => 0,
    random: () => 0,
    schedule: (task) => queueMicrotask(task),
    timer: (_delayMs, task) => {
      tasks.add(task)
      return () => tasks.delete(task)
    },
    yield: () => Promise.resolve(),
  }
  return {
    runtime,
    fire: () => {
      for (const task of tasks) task()
      tasks.clear()
    },
  }
}

async function* read(
  input: Input<unknown>,
  runtime: Runtime,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<SourceBatch> {
  const source = iterableSource(input, runtime).create({} as InstanceScope) as SourceInstance
  yield* source.read('', undefined, { fields: undefined, signal })
}

async function lengths(batches: AsyncIterable<SourceBatch>): Promise<number[]> {
  const all: number[] = []
  for await (const batch of batches) all.push(batch.values.length)
  return all
}

it('fills batches of at most 1,024 records', async () => {
  const { runtime } = manualTimers()

  expect(
    await lengths(
      read(
        Array.from({ length: 2050 }, () => 1),
        runtime,
      ),
    ),
  ).toEqual([1024, 1024, 2])
  expect(await lengths(read([], runtime))).toEqual([])
})

it('fills batches from an async iterable that is fast', async () => {
  async function* fast(): AsyncGenerator<number> {
    for (let value = 0; value < 1500; value++) yield value
  }

  expect(await lengths(read(fast(), manualTimers().runtime))).toEqual([1024, 476])
})

it('sends what is there when the input pauses', async () => {
  const { runtime, fire } = manualTimers()
  let resume = (): void => undefined
  async function* pausing(): AsyncGenerator<number> {
    yield 1
    yield 2
    await new Promise<void>((resolve) => {
      resume = resolve
      setImmediate(fire)
    })
    yield 3
  }
  const batches = read(pausing(), runtime)

  const first = await batches.next()
  resume()
  const second = await batches.next()

  expect([first.value?.values, second.value?.values]).toEqual([[1, 2], [3]])
})

it('stops waiting for a silent input when it is told to, and gives what it has', async () => {
  const { runtime } = manualTimers()
  const stop = new AbortController()
  async function* silent(): AsyncGenerator<number> {
    yield 1
    await new Promise<void>(() => setImmediate(() => stop.abort()))
  }

  expect(await lengths(read(silent(), runtime, stop.signal))).toEqual([1])
})

it('reads no further after a stop', async () => {
  const stop = new AbortController()
  let taken = 0
  function* endless(): Generator<number> {
    for (;;) yield taken++
  }
  const batches = read(endless(), manualTimers().runtime, stop.signal)

  await batches.next()
  stop.abort()
  await batches.next()

  expect(taken).toBeLessThanOrEqual(1025)
})
