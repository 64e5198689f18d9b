import type { Runtime } from '@millrace/base'
import { BATCH_MAX, type SourceBatch, type SourceFactory } from '@millrace/sdk'

const LINGER_MS = 1

/** Anything that can be read record by record: arrays, generators, async generators, Node's Readable. */
export type Input<T> = Iterable<T> | AsyncIterable<T>

/** Whether something can be read record by record. A text cannot: its characters are never meant. */
export function isInput(value: unknown): value is Input<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Symbol.asyncIterator in value || Symbol.iterator in value)
  )
}

function* readIterable(input: Iterable<unknown>, signal: AbortSignal): Generator<SourceBatch> {
  let values: unknown[] = []
  for (const value of input) {
    values.push(value)
    if (values.length === BATCH_MAX) {
      yield { values }
      values = []
      if (signal.aborted) return
    }
  }
  if (values.length > 0) yield { values }
}

/** Fills a batch as long as records come at once; a pause of over 1 ms sends what is there. */
async function* readAsyncIterable(
  input: AsyncIterable<unknown>,
  runtime: Runtime,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch> {
  const iterator = input[Symbol.asyncIterator]()
  let values: unknown[] = []
  const stopped = new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped')
    else signal.addEventListener('abort', () => resolve('stopped'), { once: true })
  })
  try {
    let next = iterator.next()
    for (;;) {
      let cancel = (): void => undefined
      const lull = new Promise<'lull'>((resolve) => {
        if (values.length > 0) cancel = runtime.timer(LINGER_MS, () => resolve('lull'))
      })
      const step = await Promise.race([next, lull, stopped])
      cancel()
      if (step === 'stopped' || (step !== 'lull' && step.done === true)) break
      if (step !== 'lull') {
        values.push(step.value)
        next = iterator.next()
      }
      if (step === 'lull' || values.length === BATCH_MAX) {
        yield { values }
        values = []
      }
    }
    if (values.length > 0) yield { values }
  } finally {
    // Not awaited: an iterator that waits for its next record would hold the stop back for ever.
    void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

/** A source over `input`, read with backpressure: the next record is asked for when there is room. */
export function iterableSource(input: Input<unknown>, runtime: Runtime): SourceFactory {
  return {
    traits: { name: 'iterable', ends: true, replay: 'none' },
    create: () => ({
      read: (_partition, _position, { signal }) =>
        Symbol.asyncIterator in input
          ? readAsyncIterable(input, runtime, signal)
          : readIterable(input, signal),
    }),
    dispose: () => undefined,
  }
}
