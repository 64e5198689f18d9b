import { expect, it } from 'vitest'
import { AppendQueue } from './append-queue.ts'
import { processRuntime } from './stream-runtime.ts'

it('writes also what is appended in the moment in which all else is written', async () => {
  const written: string[] = []
  let atEnd = (): void => {}
  const commit = (texts: readonly string[]): Promise<number> => {
    const { promise, resolve } = Promise.withResolvers<number>()
    setImmediate(() => {
      resolve(written.push(...texts) - texts.length)
      queueMicrotask(atEnd)
    })
    return promise
  }
  const queue = new AppendQueue(commit, { runtime: processRuntime, size: 1, delayMs: 50 })
  const second = new Promise<number>((resolve) => {
    atEnd = () => {
      atEnd = () => {}
      resolve(queue.add('b', 'synced'))
    }
  })

  const first = queue.add('a', 'synced')

  expect(await Promise.all([first, second])).toEqual([0, 1])
  expect(written).toEqual(['a', 'b'])
})
