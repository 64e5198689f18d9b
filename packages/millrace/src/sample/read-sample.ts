import type { SourceSpec } from '@millrace/engine'
import { nodeRuntime } from '@millrace/job'
import type { InstanceScope } from '@millrace/sdk'

const scopeOf = (id: string): InstanceScope => ({
  id,
  instance: 0,
  inputEnds: true,
  clock: nodeRuntime,
  timer: (delayMs, task) => nodeRuntime.timer(delayMs, task),
  random: () => nodeRuntime.random(),
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  metrics: { counter: () => ({ add() {} }) },
})

/** The first records of a source, at most `count`; fewer when it ends or is silent for `waitMs`. Rejects as the source does. */
export async function readSample(
  source: Pick<SourceSpec, 'id' | 'factory'>,
  count: number,
  waitMs: number,
): Promise<readonly unknown[]> {
  const controller = new AbortController()
  const late = nodeRuntime.timer(waitMs, () => controller.abort())
  const aborted = new Promise<undefined>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(undefined))
  })
  const instance = await source.factory.create(scopeOf(source.id))
  const records: unknown[] = []
  try {
    await instance.open?.()
    for (const partition of (await instance.partitions?.()) ?? ['']) {
      const options = { fields: undefined, signal: controller.signal }
      const batches = iteratorOf(instance.read(partition, undefined, options))
      while (records.length < count) {
        // A source that waits for input does not look at the signal before some arrives.
        const next = await Promise.race([batches.next(), aborted])
        if (next === undefined || next.done === true) break
        records.push(...next.value.values.slice(0, count - records.length))
      }
      if (!controller.signal.aborted) await batches.return?.()
      if (controller.signal.aborted || records.length === count) break
    }
    return records
  } finally {
    late()
    controller.abort()
    await instance.close?.()
  }
}

function iteratorOf<T>(values: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> {
  if (Symbol.asyncIterator in values) return values[Symbol.asyncIterator]()
  const iterator = values[Symbol.iterator]()
  return {
    next: () => Promise.resolve(iterator.next()),
    return: () => Promise.resolve(iterator.return?.() ?? { done: true, value: undefined }),
  }
}
