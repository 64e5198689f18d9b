import { expect, it } from 'vitest'
import { virtual } from '../streams.test-support.ts'
import { countWindow } from './window-emitter.ts'

const take = { emitter: countWindow(1), leaseMs: 1000, attempts: 2, backoffMs: 1, backoffMsMax: 1 }

it('two groups each see all; consumers of one group share', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  for (let n = 0; n < 20; n++) void stream.append(n)
  await stream.end()
  const seen = { a: [] as number[], b1: [] as number[], b2: [] as number[] }
  const consume = (group: string, into: number[]): Promise<unknown> =>
    stream.consume(
      async ({ values }) => {
        into.push(...values)
        await Promise.resolve()
      },
      { group },
    )

  await Promise.all([consume('a', seen.a), consume('b', seen.b1), consume('b', seen.b2)])

  const all = Array.from({ length: 20 }, (_, n) => n)
  expect(seen.a).toEqual(all)
  expect([...seen.b1, ...seen.b2].toSorted((x, y) => x - y)).toEqual(all)
  expect(seen.b1.length).toBeGreaterThan(0)
  expect(seen.b2.length).toBeGreaterThan(0)
})

it('a window whose lease runs out goes to somebody else; who had it cannot finish it', async () => {
  const { advance, open } = virtual()
  const stream = await open<string>('words')
  await stream.append('a')
  const group = stream.group()
  const first = await group.take(take)
  const meanwhile = await group.take(take)

  await advance(1000)
  const second = await group.take(take)

  expect(meanwhile).toBeUndefined()
  expect(second?.attempt).toBe(2)
  await expect(first?.done()).rejects.toMatchObject({ code: 'STREAM_LEASE_LOST' })
  await expect(first?.fail('late')).rejects.toMatchObject({ code: 'STREAM_LEASE_LOST' })
  await second?.done()
  expect((await group.state())?.done).toBe(1)
})

it('a lease that ran out and that nobody took since can still be finished', async () => {
  const { advance, open } = virtual()
  const stream = await open<string>('words')
  await stream.append('a')
  const lease = await stream.group().take(take)

  await advance(5000)
  await lease?.done()

  expect((await stream.inspect())[0]?.state).toBe('done')
})

it('who dies too often takes the window with it', async () => {
  const { advance, open } = virtual()
  const stream = await open<string>('words')
  await stream.append('a')
  const group = stream.group()
  await group.take(take)
  await advance(1000)
  await group.take(take)
  await advance(1000)

  const third = await group.take(take)

  expect(third).toBeUndefined()
  expect(await stream.inspect()).toMatchObject([
    { state: 'dead', attempts: 2, error: 'its lease ran out' },
  ])
})

it('a handler that works on keeps its window', async () => {
  const { advance, open } = virtual()
  const stream = await open<string>('words')
  await stream.append('a')
  await stream.end()
  let finish: () => void = () => undefined
  const work = new Promise<void>((resolve) => {
    finish = resolve
  })
  const run = stream.consume(() => work, { lease: '1s' })
  await advance(10_000)

  const stolen = await stream.group().take(take)
  finish()
  await advance(100)

  expect(stolen).toBeUndefined()
  expect(await run).toEqual({ done: 1, failed: 0, dead: 0 })
})

it('a reset takes windows away from who has them, and tells the handler', async () => {
  const { advance, open } = virtual()
  const stream = await open<string>('words')
  await stream.append('a')
  const failures: string[] = []
  let isTold = false
  const consumer = stream.consumer(
    (_window, { signal }) =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          isTold = true
          resolve()
        })
      }),
    { lease: '3s', onFailure: ({ then }) => void failures.push(then) },
  )
  const step = consumer.step()
  await advance(0)
  await stream.group().reset('earliest')

  await advance(1000)
  await step

  expect(isTold).toBe(true)
  expect(failures).toEqual(['lost'])
  expect((await stream.inspect())[0]?.state).toBe('waiting')
})

it.each([
  [5, 1000],
  [1, 5000],
])('%i workers handle 5 windows of 1 s in %i ms', async (workers, totalMs) => {
  const { advance, open, runtime } = virtual(0)
  const stream = await open<number>('numbers')
  for (let n = 0; n < 5; n++) void stream.append(n)
  await stream.end()
  let endedAt = 0
  const second = (): Promise<void> =>
    new Promise((resolve) => {
      runtime.timer(1000, () => resolve())
    })

  const run = stream.consume(second, { workers }).then((counts) => {
    endedAt = runtime.now()
    return counts
  })
  await advance(10_000)

  expect((await run).done).toBe(5)
  expect(endedAt).toBeGreaterThanOrEqual(totalMs)
  expect(endedAt).toBeLessThan(totalMs + 100)
})

it('abort finishes what is in hand and takes nothing more', async () => {
  const { advance, open, runtime } = virtual()
  const stream = await open<number>('numbers')
  await Promise.all([1, 2, 3].map((n) => stream.append(n)))
  const stop = new AbortController()
  const done: number[] = []
  const run = stream.consume(
    ({ values }) =>
      new Promise<void>((resolve) => {
        runtime.timer(1000, () => {
          done.push(...values)
          resolve()
        })
      }),
    { signal: stop.signal },
  )
  await advance(500)

  stop.abort()
  await advance(5000)

  expect(await run).toEqual({ done: 1, failed: 0, dead: 0 })
  expect(done).toEqual([1])
})

it('five consumers of 100 messages all get some', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  for (let n = 0; n < 100; n++) void stream.append(n)
  await stream.end()
  const seen = Array.from({ length: 5 }, () => [] as number[])

  await Promise.all(
    seen.map((own) =>
      stream.consume(async ({ values }) => {
        own.push(...values)
        await Promise.resolve()
      }),
    ),
  )

  expect(seen.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  expect(seen.every((own) => own.length > 0)).toBe(true)
})
