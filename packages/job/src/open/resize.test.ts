import { expect, it } from 'vitest'
import type { Resized } from '@millrace/engine'
import { numbers } from './numbers.test-support.ts'

// The row of the seeds' table 1.5, max_workers: 1..n, live resize.
it.each(['ordered', 'unordered'] as const)(
  '1.5 max_workers: 1 to 4 and back while a burst is under way, %s, each record with one outcome',
  async (mode) => {
    const { flow, runtime, slow } = numbers()
    const parallel = { workers: 1, mode }
    const open = flow.through(slow(100), { id: 'ask', parallel }).job().open()
    const outcomes: string[] = []
    const told: Resized[] = []
    const resize = async (workers: number): Promise<void> => {
      void open.resize('ask', workers).then((resized) => told.push(resized))
      await runtime.settle()
    }
    for (let n = 0; n < 20; n++) {
      void open
        .execute(n)
        .then(({ fate, results }) => outcomes.push(`${n} ${fate} ${results.join()}`))
    }

    await runtime.elapse(200)
    const alone = outcomes.length
    await resize(4)
    await runtime.elapse(400)
    const together = outcomes.length
    await resize(1)
    await runtime.elapse(500)

    expect(told).toEqual([
      { stage: 'ask', before: 1, workers: 4 },
      { stage: 'ask', before: 4, workers: 1 },
    ])
    expect(alone).toBe(2)
    expect(together).toBe(mode === 'ordered' ? 15 : 18)
    const all = Array.from({ length: 20 }, (_, n) => `${n} used ${n}`)
    expect(outcomes.toSorted()).toEqual(all.toSorted())
    open.abort()
  },
)

it('a stage that says nothing of its workers cannot be resized', async () => {
  const { flow, runtime } = numbers()
  const open = flow
    .through((n) => n, { id: 'free' })
    .job()
    .open()

  const refused = open.resize('free', 2).catch((error: unknown) => error)
  await runtime.settle()

  expect(await refused).toMatchObject({ code: 'ENG_RESIZE' })
  open.abort()
})
