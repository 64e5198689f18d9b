import { expect, it } from 'vitest'
import { classicAt, Clock, gate } from './classic-at.test-support.ts'
import { Classic } from './classic.ts'
import type { StreamEvent } from './stream-event.ts'

const now = 1000

it('counts one failure and keeps the event as a dead letter when a processor throws', async () => {
  const classic = classicAt(now)
  const numbers = await classic.createStream<number>('numbers')
  await classic.registerProcessor('halve', {
    stream: numbers,
    process: ({ data }) => {
      if (data === 2) throw new Error('no twos')
      return data / 2
    },
  })

  for (const data of [1, 2, 3]) await numbers.publish({ id: `n${data}`, type: 'n', data })
  await classic.settled()

  const [halve] = numbers.metrics().processors
  expect(halve).toMatchObject({ received: 3, processed: 2, failed: 1, waiting: 0 })
  const [letter] = classic.deadLetters()
  expect(classic.deadLetters()).toHaveLength(1)
  expect(letter).toMatchObject({
    consumer: 'halve',
    error: { code: 'ENG_THROW', message: 'no twos' },
    attempts: 1,
    time: now,
  })
  expect(letter?.event).toMatchObject({ id: 'n2', data: 2 })
})

it('tries a failing event again when told to, and counts its state once', async () => {
  const clock = new Clock()
  const classic = new Classic({ runtime: clock })
  const numbers = await classic.createStream<number>('numbers')
  let tries = 0
  await classic.registerProcessor('count', {
    stream: numbers,
    process: (_event, state) => {
      state.updateState('count', state.getState('count', { initial: 0 }) + 1)
      if (tries++ < 2) throw new Error('not yet')
    },
    onError: { retry: { times: 3, backoff: { minMs: 100, maxMs: 100 } } },
  })

  await numbers.publish({ type: 'n', data: 1 })
  await clock.pass(1000)

  expect(tries).toBe(3)
  expect(classic.getState('count')).toBe(1)
  expect(classic.deadLetters()).toEqual([])
})

it('makes publishing reject once a processor that must not fail has failed, until it is unregistered', async () => {
  const classic = classicAt(now)
  const numbers = await classic.createStream<number>('numbers')
  await classic.registerProcessor('strict', {
    stream: numbers,
    process: () => {
      throw new Error('broken')
    },
    onError: 'fail',
  })
  await numbers.publish({ type: 'n', data: 1 })

  await expect(classic.settled()).rejects.toMatchObject({ code: 'CLASSIC_FAILED' })
  await expect(numbers.publish({ type: 'n', data: 2 })).rejects.toMatchObject({
    code: 'CLASSIC_FAILED',
    hint: 'Mend it; unregister("strict") lets its stream go on without it.',
  })
  expect(numbers.metrics().processors).toMatchObject([{ id: 'strict', status: 'failed' }])
  await classic.unregister('strict')
  await expect(numbers.publish({ type: 'n', data: 3 })).resolves.toMatchObject({ data: 3 })
})

it('passes results from stream to stream', async () => {
  const classic = classicAt(now)
  for (const id of ['a', 'b', 'c']) await classic.createStream(id)
  await classic.registerProcessor('double', {
    stream: 'a',
    process: ({ data }: StreamEvent<number>) => data * 2,
    to: 'b',
  })
  await classic.registerProcessor('add', {
    stream: 'b',
    process: ({ data }: StreamEvent<number>) => (data > 2 ? data + 1 : undefined),
    to: 'c',
  })
  const seen: unknown[] = []
  await classic.registerProcessor('see', {
    stream: 'c',
    process: ({ data, eventTime, id, type }) => void seen.push([id, type, eventTime, data]),
  })

  for (const data of [1, 2, 3]) {
    await classic.publish('a', { id: `n${data}`, type: 'n', data, eventTime: data * 100 })
  }
  await classic.settled()

  expect(seen).toEqual([
    ['n2', 'n', 200, 5],
    ['n3', 'n', 300, 7],
  ])
  expect(classic.streamMetrics('b').processors).toMatchObject([{ processed: 2, filtered: 1 }])
})

it('emits several results of one event, in order', async () => {
  const classic = classicAt(now)
  const texts = await classic.createStream<string>('texts')
  const words: string[] = []
  await classic.registerProcessor('split', {
    stream: texts,
    process: ({ data }, context) => {
      for (const word of data.split(' ')) context.emit(word)
    },
    to: (word: string) => void words.push(word),
  })

  await texts.publish({ type: 't', data: 'one two three' })
  await classic.settled()

  expect(words).toEqual(['one', 'two', 'three'])
})

it('refuses a processor whose results would come back to its stream', async () => {
  const classic = classicAt(now)
  for (const id of ['a', 'b']) await classic.createStream(id)
  await classic.registerProcessor('there', { stream: 'a', process: () => 1, to: 'b' })

  const back = classic.registerProcessor('back', { stream: 'b', process: () => 1, to: 'a' })

  await expect(back).rejects.toMatchObject({
    code: 'CLASSIC_CIRCLE',
    message: '"back" would close a circle of streams: b -> a -> b.',
  })
})

it('refuses a second processor of an id', async () => {
  const classic = classicAt(now)
  await classic.createStream('a')
  await classic.registerProcessor('p', { stream: 'a', process: () => 1 })

  const again = classic.registerProcessor('p', { stream: 'a', process: () => 1 })

  await expect(again).rejects.toMatchObject({ code: 'CLASSIC_ID_TAKEN' })
})

it('finishes what an unregistered processor was given, and gives it nothing more', async () => {
  const classic = classicAt(now)
  const numbers = await classic.createStream<number>('numbers')
  const seen: number[] = []
  await classic.registerProcessor('see', {
    stream: numbers,
    process: ({ data }) => void seen.push(data),
  })
  await numbers.publish({ type: 'n', data: 1 })

  await classic.unregister('see')
  await numbers.publish({ type: 'n', data: 2 })

  expect(seen).toEqual([1])
  await expect(classic.unregister('see')).rejects.toMatchObject({ code: 'CLASSIC_UNKNOWN' })
})

it('gives up an event that takes too long; what it writes later counts for nothing', async () => {
  const clock = new Clock()
  const classic = new Classic({ runtime: clock })
  const numbers = await classic.createStream<number>('numbers')
  const late = gate()
  await classic.registerProcessor('slow', {
    stream: numbers,
    process: async ({ data }, context) => {
      if (data === 1) await late.opened
      context.updateState(`n${data}`, data)
    },
    timeout: '5s',
  })

  await numbers.publish({ type: 'n', data: 1 })
  await numbers.publish({ type: 'n', data: 2 })
  await clock.pass(6000)
  late.open()
  await classic.drain()

  expect(classic.deadLetters()).toMatchObject([{ error: { code: 'ENG_TIMEOUT' } }])
  expect(classic.getState('n1')).toBeNull()
  expect(classic.getState('n2')).toBe(2)
})

it('keeps what a target refuses as a dead letter', async () => {
  const classic = classicAt(now)
  const numbers = await classic.createStream<number>('numbers')
  await classic.registerProcessor('pass', {
    stream: numbers,
    process: ({ data }) => data,
    to: (data) => {
      if (data === 2) throw new Error('disk full')
    },
  })

  for (const data of [1, 2]) await numbers.publish({ type: 'n', data })
  await classic.settled()

  expect(classic.deadLetters()).toMatchObject([
    { error: { code: 'CLASSIC_TARGET', message: 'disk full' }, event: { data: 2 } },
  ])
})

it('knows which events came behind the watermark', async () => {
  const classic = classicAt(now)
  const numbers = await classic.createStream<number>('numbers')
  const late: number[] = []
  await classic.registerProcessor('late', {
    stream: numbers,
    process: ({ data }, { isLate }) => {
      if (isLate) late.push(data)
    },
  })

  await numbers.publish({ type: 'n', data: 1, eventTime: 10 })
  await numbers.setWatermark(20)
  await numbers.publish({ type: 'n', data: 2, eventTime: 19 })
  await numbers.publish({ type: 'n', data: 3, eventTime: 20 })
  await classic.settled()

  expect(late).toEqual([2])
})

it('keeps the result of a window that its target refuses, though it is no event', async () => {
  const classic = classicAt(now)
  const numbers = await classic.createStream<number>('numbers')
  await classic.createTumblingWindow('w', {
    stream: numbers,
    size: '1s',
    to: () => Promise.reject(new Error('no network')),
  })

  await numbers.publish({ type: 'n', data: 1, eventTime: 5 })
  await classic.drain()

  expect(classic.deadLetters()).toMatchObject([
    {
      consumer: 'w',
      event: undefined,
      result: { windowStart: 0, windowEnd: 1000 },
      error: { code: 'CLASSIC_TARGET', message: 'no network' },
    },
  ])
})

it('drains all others where one has failed, and says so at the end', async () => {
  const classic = classicAt(now)
  const [first, second] = [await classic.createStream('a'), await classic.createStream('b')]
  let windows = 0
  await classic.registerProcessor('strict', {
    stream: first,
    process: () => Promise.reject(new Error('broken')),
    onError: 'fail',
  })
  await classic.createTumblingWindow('w', { stream: second, size: '1s', to: () => void windows++ })
  await first.publish({ type: 'n', data: 1 })
  await second.publish({ type: 'n', data: 1 })

  await expect(classic.drain()).rejects.toMatchObject({ code: 'CLASSIC_FAILED' })

  expect(windows).toBe(1)
})

it('fails a processor that fails on most events, and says why', async () => {
  const classic = classicAt(now)
  const numbers = await classic.createStream<number>('numbers')
  await classic.registerProcessor('bad', {
    stream: numbers,
    process: () => {
      throw new Error('bad deploy')
    },
    errors: { atMost: 0.5, of: 10 },
  })

  for (let data = 0; data < 20; data++) await numbers.publish({ type: 'n', data })

  await expect(classic.settled()).rejects.toMatchObject({ code: 'CLASSIC_FAILED' })
})

it.each([
  [{ timeout: '0s' }, 'ENG_LIMIT'],
  [{ onError: 'park' }, 'CLASSIC_OPTION'],
  [{ onError: { retry: { times: 1 }, then: 'park' } }, 'CLASSIC_OPTION'],
  [{ timeout: '30' }, 'CLASSIC_OPTION'],
  [{ capacity: 0 }, 'CLASSIC_OPTION'],
])('refuses %j, and the id stays free', async (options, code) => {
  const classic = classicAt(now)
  const stream = await classic.createStream('numbers')
  const process = (): number => 1

  const registered = classic.registerProcessor('p', { stream, process, ...(options as object) })

  await expect(registered).rejects.toMatchObject({ code })
  await expect(classic.registerProcessor('p', { stream, process })).resolves.toBeUndefined()
})
