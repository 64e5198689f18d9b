import fc from 'fast-check'
import { expect, it } from 'vitest'
import { classicAt } from './classic-at.test-support.ts'
import type { Classic } from './classic.ts'
import { StreamEvent } from './stream-event.ts'
import type { LateEvent } from './window-options.ts'

const MINUTE = 60_000

async function publishAt(classic: Classic, times: readonly number[]): Promise<void> {
  for (const eventTime of times) await classic.publish('s', { type: 'e', data: null, eventTime })
  await classic.settled()
}

const startsOf = (classic: Classic, id: string): readonly number[] =>
  classic.windows(id).map(({ start }) => start / MINUTE)

it('puts minutes 0, 1, 4, 5 into windows of 300 s that start at 0, 0, 0, 5', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')
  await classic.createTumblingWindow('w', { stream, size: '300s' })

  await publishAt(classic, [0, 1 * MINUTE, 4 * MINUTE, 5 * MINUTE])

  expect(classic.windows('w').map(({ count, start }) => [start / MINUTE, count])).toEqual([
    [0, 3],
    [5, 1],
  ])
})

it('puts an event at 7:01 into the windows of 600 s every 300 s that start at 0:00 and 5:00', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')
  await classic.createSlidingWindow('w', { stream, size: '600s', slide: '300s' })

  await publishAt(classic, [7 * MINUTE + 1000])

  expect(startsOf(classic, 'w')).toEqual([0, 5])
})

it('leaves no window out where the slide does not fit into the size', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')
  await classic.createSlidingWindow('w', { stream, size: '10m', slide: '4m' })

  await publishAt(classic, [9 * MINUTE])

  expect(startsOf(classic, 'w')).toEqual([0, 4, 8])
})

it('makes two sessions of gaps 10, 10, 60, 10 s with a gap of 30 s; a late bridge merges them', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')
  await classic.createSessionWindow('w', { stream, gap: '30s' })
  const seconds = (...times: readonly number[]): number[] => times.map((time) => time * 1000)
  const shown = (): unknown =>
    classic.windows('w').map(({ count, end, events, start }) => ({
      from: start / 1000,
      to: end / 1000,
      count,
      times: events.map(({ eventTime }) => eventTime / 1000),
    }))

  await publishAt(classic, seconds(0, 10, 20, 80, 90))
  const before = shown()
  await publishAt(classic, seconds(45, 60))

  expect(before).toEqual([
    { from: 0, to: 50, count: 3, times: [0, 10, 20] },
    { from: 80, to: 120, count: 2, times: [80, 90] },
  ])
  expect(shown()).toEqual([{ from: 0, to: 120, count: 7, times: [0, 10, 20, 45, 60, 80, 90] }])
})

it('lets an event out of order, but within the lateness, into the one window of its period', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')
  await classic.createTumblingWindow('w', { stream, size: '1m', lateness: '30s' })

  await publishAt(classic, [10_000, 70_000])
  await stream.setWatermark(MINUTE + 29_999)
  await publishAt(classic, [20_000])

  expect(classic.windows('w').map(({ count, start, state }) => [start, count, state])).toEqual([
    [0, 2, 'fired'],
    [MINUTE, 1, 'open'],
  ])
})

it('closes a window when the watermark passes its end, and hands it on once', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s', { disorder: '10s' })
  await classic.createStream('counts')
  const closed: unknown[] = []
  await classic.registerProcessor('see', {
    stream: 'counts',
    process: ({ data, eventTime, type }: StreamEvent<{ count: number }>) =>
      void closed.push([type, eventTime, data.count]),
  })
  await classic.createTumblingWindow('w', { stream, size: '1m', to: 'counts' })

  await publishAt(classic, [0, 50_000, 69_999])
  const before = closed.length
  await publishAt(classic, [70_000])

  expect(before).toBe(0)
  expect(closed).toEqual([['w', 59_999, 2]])
})

it('gives an event behind watermark and lateness to the late output, and counts it', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')
  const late: LateEvent[] = []
  await classic.createTumblingWindow('w', {
    stream,
    size: '1m',
    lateness: '5s',
    late: (event) => void late.push(event),
  })

  await stream.setWatermark(MINUTE + 7000)
  await publishAt(classic, [59_999])

  expect(late).toEqual([
    {
      event: expect.objectContaining({ eventTime: 59_999 }),
      window: 'w',
      windowStart: 0,
      windowEnd: MINUTE,
      watermark: MINUTE + 7000,
      lateBy: 2000,
    },
  ])
  expect(stream.metrics().windows).toMatchObject([{ received: 1, processed: 0, late: 1 }])
  expect(classic.windows('w')).toEqual([])
})

it('makes dead letters of late events that nobody takes', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')
  await classic.createTumblingWindow('w', { stream, size: '1m' })

  await stream.setWatermark(MINUTE)
  await publishAt(classic, [1000])

  expect(classic.deadLetters()).toMatchObject([
    { consumer: 'w', error: { code: 'LATE' }, event: { eventTime: 1000 } },
  ])
})

it('never moves a watermark back', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')

  await stream.setWatermark(new Date(5000))

  expect(await stream.setWatermark(4000)).toBe(5000)
  await expect(stream.setWatermark(Number.NaN)).rejects.toMatchObject({ code: 'CLASSIC_OPTION' })
})

it('assigns an event to one tumbling window and to n sliding ones', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')
  await classic.createTumblingWindow('one', { stream, size: '5m' })
  await classic.createSlidingWindow('two', { stream, size: '10m', slide: '5m' })
  const event = await stream.publish({ type: 'e', data: null, eventTime: 7 * MINUTE })
  await classic.settled()

  const one = classic.assignToWindow('one', event)
  const two = classic.assignToWindow('two', event)

  expect(one.map(({ count, start }) => [start / MINUTE, count])).toEqual([[5, 1]])
  expect(two.map(({ count, start }) => [start / MINUTE, count])).toEqual([
    [0, 1],
    [5, 1],
  ])
  expect(() => classic.assignToWindow('three', event)).toThrow(
    expect.objectContaining({ code: 'CLASSIC_UNKNOWN' }),
  )
})

it('aggregates the events of a window, and gives null for an empty one', async () => {
  const classic = classicAt(42)
  const stream = await classic.createStream('s')
  await classic.createTumblingWindow('w', { stream, size: '5m' })
  for (const type of ['view', 'click', 'view']) {
    await stream.publish({ type, data: null, eventTime: MINUTE })
  }
  await classic.settled()
  const countByType = (events: readonly StreamEvent[]): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1
    return counts
  }
  const times = { eventTime: 99 * MINUTE, processingTime: 0 }
  const elsewhere = new StreamEvent({ id: 'e', type: 'view', data: null, ...times })

  const [full] = classic.windows('w')
  const [empty] = classic.assignToWindow('w', elsewhere)

  expect(full && classic.aggregateWindow(full, countByType)).toEqual({ view: 2, click: 1 })
  expect(full?.result).toEqual({ value: { view: 2, click: 1 }, at: 42 })
  expect(empty && classic.aggregateWindow(empty, countByType)).toBeNull()
})

it('keeps named values up to date per key, without keeping events', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream<{ user: string; ms: number }>('s')
  await classic.createTumblingWindow('w', {
    stream,
    size: '1m',
    by: 'data.user',
    aggregate: {
      slowest: 'max(data.ms)',
      clicks: { value: 'count()', where: 'record.type == "c"' },
    },
    keepsEvents: false,
  })
  await stream.publish({ type: 'c', data: { user: 'ann', ms: 3 }, eventTime: 0 })
  await stream.publish({ type: 'v', data: { user: 'ann', ms: 9 }, eventTime: 1 })
  await stream.publish({ type: 'v', data: { user: 'bob', ms: 5 }, eventTime: 2 })
  await classic.settled()

  const windows = classic.windows('w')

  expect(windows.map(({ key, values }) => ({ ...key, ...values }))).toEqual([
    { 'data.user': 'ann', slowest: 9, clicks: 1 },
    { 'data.user': 'bob', slowest: 5, clicks: 0 },
  ])
  expect(classic.report().retained.windowEvents).toBe(0)
  expect(() => windows[0]?.events).toThrow(expect.objectContaining({ code: 'CLASSIC_NO_EVENTS' }))
})

it('shows a window as plain data', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')
  await classic.createTumblingWindow('w', { stream, size: '5m', aggregate: { n: 'count()' } })
  await publishAt(classic, [MINUTE])
  await stream.setWatermark(5 * MINUTE)
  await classic.settled()

  expect(JSON.parse(JSON.stringify(classic.windows('w')))).toEqual([
    {
      id: 'w/1970-01-01T00:00:00.000Z',
      window: 'w',
      type: 'tumbling',
      start: '1970-01-01T00:00:00.000Z',
      end: '1970-01-01T00:05:00.000Z',
      count: 1,
      state: 'closed',
      closed: true,
      values: { n: 1 },
    },
  ])
})

it('refuses options that the window stage refuses, in its words', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream('s')

  const created = classic.createSlidingWindow('w', { stream, size: '5m', slide: '10m' })

  await expect(created).rejects.toMatchObject({
    code: 'CLASSIC_OPTION',
    message: 'Window "w": sliding.every windows of 5m every 10m leave out what lies between them.',
    hint: 'Let them start at least every 5m.',
  })
})

it('gives the same windows for any order of the same events', async () => {
  const results: unknown[] = []
  for (const times of [
    [1, 2, 61, 62, 119],
    [119, 2, 62, 61, 1],
  ]) {
    const classic = classicAt(0)
    const stream = await classic.createStream('s', { disorder: '2m' })
    await classic.createTumblingWindow('w', { stream, size: '1m', aggregate: { n: 'count()' } })
    await publishAt(
      classic,
      times.map((time) => time * 1000),
    )
    await classic.drain()
    results.push(classic.windows('w').map((view) => view.toJSON()))
  }

  expect(results[1]).toEqual(results[0])
})

it(
  'assigns events by hand to the same windows that take them in',
  { timeout: 60_000 },
  async () => {
    const whole = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max })
    await fc.assert(
      fc.asyncProperty(
        whole(40).chain((size) => fc.tuple(fc.constant(size), whole(size))),
        fc.integer({ min: -20, max: 20 }),
        fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 1, maxLength: 12 }),
        async ([size, slide], offset, times) => {
          const classic = classicAt(0)
          const stream = await classic.createStream('s')
          const lengths = { size: `${size}ms`, slide: `${slide}ms`, offset: `${offset}ms` }
          await classic.createSlidingWindow('w', { stream, ...lengths })
          const expected = new Map<number, number>()
          for (const eventTime of times) {
            const event = await stream.publish({ type: 'e', data: null, eventTime })
            for (const { start } of classic.assignToWindow('w', event)) {
              expected.set(start, (expected.get(start) ?? 0) + 1)
            }
          }
          await classic.settled()
          expect(new Map(classic.windows('w').map(({ count, start }) => [start, count]))).toEqual(
            new Map([...expected].toSorted(([a], [b]) => a - b)),
          )
          await classic.stop()
        },
      ),
      { numRuns: 100 },
    )
  },
)
