import { expect, it } from 'vitest'
import { virtual } from '../streams.test-support.ts'
import type { ConsumeOptions } from './consumer-options.ts'
import { fixedTimeWindow, type WindowEmitter } from './window-emitter.ts'

const from = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index)

it('10 messages in windows of 2 are 5 windows of 2', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  for (const n of from(0, 10)) void stream.append(n)
  await stream.end()
  const seen: (readonly number[])[] = []

  const counts = await stream.consume((window) => void seen.push(window.values), { size: 2 })

  expect(seen).toEqual([from(0, 2), from(2, 2), from(4, 2), from(6, 2), from(8, 2)])
  expect(counts).toEqual({ done: 5, failed: 0, dead: 0 })
})

it('11 messages in windows of 2: the last one waits for maxWait, and is alone', async () => {
  const { advance, open } = virtual()
  const stream = await open<number>('numbers')
  await Promise.all(from(0, 11).map((n) => stream.append(n)))
  const seen: (readonly number[])[] = []
  const options = { size: 2, maxWait: '1s' }
  const consumer = stream.consumer((window) => void seen.push(window.values), options)

  const steps = [0, 0, 0, 0, 0, 0]
  for (const index of steps.keys()) steps[index] = (await consumer.step()) ? 1 : 0
  await advance(999)
  const early = await consumer.step()
  await advance(1)
  const late = await consumer.step()

  expect(steps).toEqual([1, 1, 1, 1, 1, 0])
  expect([early, late]).toEqual([false, true])
  expect(seen.at(-1)).toEqual([10])
})

it('without maxWait a short tail waits, until the stream ends', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  await Promise.all(from(0, 3).map((n) => stream.append(n)))
  const seen: (readonly number[])[] = []
  const consumer = stream.consumer((window) => void seen.push(window.values), { size: 2 })
  await consumer.step()
  const before = await consumer.step()

  await stream.end()
  const after = await consumer.step()

  expect([before, after]).toEqual([false, true])
  expect(seen).toEqual([[0, 1], [2]])
})

it('without size, interval or emitter a window is one message', async () => {
  const { open } = virtual()
  const stream = await open<string>('words')
  await Promise.all(['a', 'b'].map((word) => stream.append(word)))
  await stream.end()
  const seen: (readonly string[])[] = []

  await stream.consume((window) => void seen.push(window.values))

  expect(seen).toEqual([['a'], ['b']])
})

it('step handles one window and says whether there was one', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  await Promise.all(from(0, 3).map((n) => stream.append(n)))
  const seen: number[] = []
  const consumer = stream.consumer((window) => void seen.push(...window.values), { size: 2 })

  const steps = [await consumer.step(), await consumer.step()]

  expect(steps).toEqual([true, false])
  expect(seen).toEqual([0, 1])
})

it('a relaxed window has what was appended before the consumer started', async () => {
  const { advance, open } = virtual(10_000)
  const stream = await open<string>('words')
  await stream.append('before')
  await advance(60_000)
  const seen: (readonly string[])[] = []
  const consumer = stream.consumer((window) => void seen.push(window.values), { interval: '1s' })

  const atOnce = await consumer.step()
  await stream.append('after')
  await advance(1000)
  const late = await consumer.step()
  await advance(5000)
  const empty = await consumer.step()

  expect([atOnce, late, empty]).toEqual([false, true, false])
  expect(seen).toEqual([['before', 'after']])
})

it('relaxed windows without messages come when asked for', async () => {
  const { advance, open } = virtual()
  const stream = await open('words')
  const options = { interval: '1s', empties: true }
  const consumer = stream.consumer(() => undefined, options)
  await consumer.step()

  await advance(1000)
  const steps = [await consumer.step(), await consumer.step()]

  expect(steps).toEqual([true, false])
})

it('fixed windows are aligned and half-open: a message on a boundary is in one window, the later', async () => {
  const { advance, open } = virtual(10_400)
  const stream = await open<string>('words')
  const seen: unknown[] = []
  const consumer = stream.consumer(
    ({ end, start, values }) => void seen.push([start, end, values]),
    { interval: '1s', relaxed: false },
  )
  await stream.append('10.4')
  await advance(599)
  await stream.append('10.999')
  const early = await consumer.step()
  await advance(1)
  await stream.append('11.0')
  await advance(999)
  await consumer.step()
  const notYet = await consumer.step()

  await advance(1)
  await stream.append('12.0')
  await consumer.step()

  expect([early, notYet]).toEqual([false, false])
  expect(seen).toEqual([
    [10_000, 11_000, ['10.4', '10.999']],
    [11_000, 12_000, ['11.0']],
  ])
})

it('fixed windows that passed while nobody asked follow at once, empties too; sizes add up to the input', async () => {
  const { advance, open } = virtual(0)
  const stream = await open<number>('numbers')
  const appended = [0, 1, 2, 5, 5.5, 9]
  let second = 0
  for (const at of appended) {
    await advance((at - second) * 1000)
    second = at
    await stream.append(at)
  }
  await advance(1000)
  const sizes: number[] = []
  const consumer = stream.consumer(({ values }) => void sizes.push(values.length), {
    interval: '1s',
    relaxed: false,
  })

  let steps = 0
  while (await consumer.step()) steps++

  expect(sizes).toEqual([1, 1, 1, 0, 0, 2, 0, 0, 0, 1])
  expect(steps).toBe(10)
})

it('fixed windows without messages are left out when asked', async () => {
  const { advance, open } = virtual(0)
  const stream = await open<string>('words')
  await stream.append('a')
  await advance(1_000_000_000)
  await stream.append('b')
  await advance(1000)
  const starts: unknown[] = []
  const options = { interval: '1s', relaxed: false, empties: false }
  const consumer = stream.consumer(({ start }) => void starts.push(start), options)

  let steps = 0
  while (await consumer.step()) steps++

  expect(steps).toBe(2)
  expect(starts).toEqual([0, 1_000_000_000])
})

it('an emitter of your own: even values, sorted, two at a time', async () => {
  const sortedEvens: WindowEmitter = {
    ready(backlog) {
      const values = backlog.peek(100).map(({ value }) => Number(value))
      const evens = values.flatMap((value, index) => (value % 2 === 0 ? [index] : []))
      return evens[1] === undefined ? undefined : { take: evens[1] + 1 }
    },
    query: (messages) =>
      messages
        .map(({ value }) => Number(value))
        .filter((value) => value % 2 === 0)
        .toSorted((a, b) => a - b),
  }
  const { open } = virtual()
  const stream = await open<number>('numbers')
  await Promise.all([8, 1, 2, 3, 6, 4, 5].map((n) => stream.append(n)))
  const seen: (readonly number[])[] = []
  const options = { emitter: sortedEvens }
  const consumer = stream.consumer((window) => void seen.push(window.values), options)

  while (await consumer.step());

  expect(seen).toEqual([
    [2, 8],
    [4, 6],
  ])
  expect((await stream.inspect()).map(({ state }) => state)).toEqual([
    ...Array.from({ length: 6 }, () => 'done'),
    'waiting',
  ])
})

it('an emitter that takes more than there is is refused, and nothing is taken', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  await stream.append(1)
  const greedy: WindowEmitter = { ready: () => ({ take: 2 }) }
  const consumer = stream.consumer(() => undefined, { emitter: greedy })

  await expect(consumer.step()).rejects.toThrow('The emitter took 2 messages where 1 wait.')

  expect((await stream.inspect())[0]?.state).toBe('waiting')
})

it('a clock that goes back puts nothing into a window that is closed', async () => {
  let now = 5000
  const { open, runtime } = virtual()
  const moved = { runtime: { ...runtime, now: () => now } }
  const stream = await open<string>('words', moved)
  await stream.append('a')
  now = 6000
  const emitter = fixedTimeWindow(1000)
  const seen: unknown[] = []
  const consumer = stream.consumer(({ start, values }) => void seen.push([start, values]), {
    emitter,
  })
  await consumer.step()

  now = 5500
  await stream.append('b')
  now = 7000
  await consumer.step()

  expect(seen).toEqual([
    [5000, ['a']],
    [6000, ['b']],
  ])
})

it.each([
  [{ sise: 2 }, 'Unknown option "sise" of consume.', 'Did you mean "size"?'],
  [{ worker: 2 }, 'Unknown option "worker" of consume.', 'Did you mean "workers"?'],
  [{ size: 2, interval: '1s' }, '"size" makes no sense with "interval".', 'Leave one of them out.'],
  [{ relaxed: false }, '"relaxed" makes no sense with "size".', 'Leave one of them out.'],
  [{ size: 0 }, '"size" is a whole number from 1 on; got 0.', 'For example: size: 10'],
  [
    { interval: 'soon' },
    '"interval" is a duration above zero; got "soon".',
    "For example: interval: '30s', or a number of ms.",
  ],
])('%o is refused', async (options, message, hint) => {
  const { open } = virtual()
  const stream = await open('words')

  const make = (): unknown => stream.consumer(() => undefined, options as ConsumeOptions)

  expect(make).toThrow(expect.objectContaining({ message, hint }))
})
