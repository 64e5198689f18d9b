import { expect, it } from 'vitest'
import { virtual } from '../streams.test-support.ts'
import type { Failure } from './consumer-options.ts'

const after = (ms: number) => ({ after: ms })

it('a handler that fails twice gets the window a third time; it is delivered once', async () => {
  const { advance, open } = virtual()
  const stream = await open<string>('words')
  await stream.append('a')
  let calls = 0
  const delivered: unknown[] = []
  const consumer = stream.consumer(
    ({ values }) => {
      if (++calls < 3) throw new Error(`attempt ${calls}`)
      return values
    },
    { sink: (result) => delivered.push(result), backoff: '100ms' },
  )

  const steps: unknown[] = []
  for (const ms of [0, 99, 1, 199, 1]) {
    await advance(ms)
    steps.push(after(ms), await consumer.step())
  }

  const skipped = [after(0), true, after(99), false, after(1), true, after(199), false]
  expect(steps).toEqual([...skipped, after(1), true])
  expect(delivered).toEqual([['a']])
})

it('what never succeeds is dead after its attempts, keeps nobody waiting, and can be tried again', async () => {
  const { advance, open } = virtual()
  const stream = await open<string>('words')
  await Promise.all(['poison', 'good'].map((word) => stream.append(word)))
  const failures: [unknown, string][] = []
  const good: unknown[] = []
  let isMended = false
  const consumer = stream.consumer(
    ({ values: [word] }) => {
      if (word === 'poison' && !isMended) throw new Error('cannot be read')
      good.push(word)
    },
    {
      attempts: 2,
      backoff: '1s',
      onFailure: ({ error, then }: Failure) => void failures.push([(error as Error).message, then]),
    },
  )
  await consumer.step()
  await consumer.step()
  await advance(1000)
  await consumer.step()

  const seen = await stream.inspect()
  const retried = await stream.group().retryDead()
  isMended = true
  await consumer.step()

  expect(failures).toEqual([
    ['cannot be read', 'waiting'],
    ['cannot be read', 'dead'],
  ])
  expect(seen.map(({ attempts, error, state }) => [state, attempts, error])).toEqual([
    ['dead', 2, 'cannot be read'],
    ['done', 0, undefined],
  ])
  expect(retried).toBe(1)
  expect(good).toEqual(['good', 'poison'])
})

it('a window of time that fails is tried again as it was', async () => {
  const { advance, open } = virtual(0)
  const stream = await open<string>('words')
  await stream.append('a')
  await advance(1000)
  const seen: unknown[] = []
  const consumer = stream.consumer(
    ({ attempt, end, start, values }) => {
      seen.push([start, end, values, attempt])
      if (attempt === 1) throw new Error('not now')
    },
    { interval: '1s', relaxed: false, backoff: '10ms' },
  )
  await consumer.step()
  await stream.append('b')

  await advance(10)
  await consumer.step()

  expect(seen).toEqual([
    [0, 1000, ['a'], 1],
    [0, 1000, ['a'], 2],
  ])
})

it('a sink that fails once still gets the result, and the handler is not asked again', async () => {
  const { advance, open } = virtual()
  const stream = await open<string>('words')
  await stream.append('a')
  await stream.end()
  let handled = 0
  const delivered: unknown[] = []
  let tries = 0
  const sink = (result: unknown): void => {
    if (++tries === 1) throw new Error('sink is away')
    delivered.push(result)
  }
  const handler = (): string => `result ${++handled}`

  const run = stream.consume(handler, { sink })
  await advance(1000)

  expect(await run).toEqual({ done: 1, failed: 0, dead: 0 })
  expect([handled, delivered]).toEqual([1, ['result 1']])
})

it('the result is what the handler returns; nothing, or the window, stands for its values', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  await Promise.all([1, 2, 3, 4, 5].map((n) => stream.append(n)))
  await stream.end()
  const results: unknown[] = []

  await stream.consume<unknown>(
    (window) => {
      const [n = 0] = window.values
      return [undefined, window, { n }, null, 0][n - 1]
    },
    { sink: (result) => results.push(result) },
  )

  expect(results).toEqual([[1], [2], { n: 3 }, null, 0])
})

it('messages go from waiting to leased to done; with keep: false they are deleted then', async () => {
  const { open } = virtual()
  const stream = await open<string>('words')
  await stream.append('a')
  const states = async (): Promise<string[]> => (await stream.inspect()).map(({ state }) => state)
  const trace: string[][] = [await states()]
  const handler = async (): Promise<void> => void trace.push(await states())
  await stream.consumer(handler).step()
  trace.push(await states())
  await stream.group().reset('earliest')
  trace.push(await states())

  await stream.consumer(handler, { keep: false }).step()

  trace.push(await states())
  expect(trace).toEqual([['waiting'], ['leased'], ['done'], ['waiting'], ['leased'], []])
})

it('a failed message is leased, waits, and is leased again', async () => {
  const { advance, open } = virtual()
  const stream = await open<string>('words')
  await stream.append('a')
  const trace: unknown[] = []
  const note = async (): Promise<void> => {
    const [seen] = await stream.inspect()
    trace.push([seen?.state, seen?.attempts, seen?.error])
  }
  const consumer = stream.consumer(async ({ attempt }) => {
    await note()
    if (attempt === 1) throw new Error('oh')
  })

  await consumer.step()
  await note()
  await advance(100)
  await consumer.step()
  await note()

  expect(trace).toEqual([
    ['leased', 1, undefined],
    ['waiting', 1, 'oh'],
    ['leased', 2, 'oh'],
    ['done', 0, undefined],
  ])
})

it('10 are left after 5 windows of 2, and with keep: false none', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  for (let n = 0; n < 10; n++) void stream.append(n)
  await stream.end()

  await stream.consume(() => undefined, { group: 'kept', size: 2 })
  const kept = (await stream.state()).count
  await stream.consume(() => undefined, { group: 'gone', size: 2, keep: false })

  expect([kept, (await stream.state()).count]).toEqual([10, 0])
})
