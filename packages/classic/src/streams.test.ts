import { expect, it } from 'vitest'
import { classicAt, gate, turns } from './classic-at.test-support.ts'

const noon = Date.UTC(2026, 0, 1, 12)

it('refuses a second stream of an id', async () => {
  const classic = classicAt(noon)
  await classic.createStream('clicks')

  await expect(classic.createStream('clicks')).rejects.toMatchObject({
    code: 'CLASSIC_ID_TAKEN',
    message: 'There is a stream "clicks" already.',
    hint: 'Use the one there is, or another id.',
  })
})

it('refuses to publish to a stream that does not exist, and names the nearest', async () => {
  const classic = classicAt(noon)
  await classic.createStream('clicks')

  await expect(classic.publish('click', { type: 'a', data: 1 })).rejects.toMatchObject({
    code: 'CLASSIC_UNKNOWN',
    message: 'There is no stream "click".',
    hint: 'Did you mean "clicks"?',
  })
})

it('refuses a processor of a stream that does not exist', async () => {
  const classic = classicAt(noon)

  const registered = classic.registerProcessor('p', { stream: 'none', process: () => 1 })

  await expect(registered).rejects.toMatchObject({ code: 'CLASSIC_UNKNOWN' })
})

it('gives an event both times, as ISO texts in its JSON', async () => {
  const classic = classicAt(noon)
  const clicks = await classic.createStream<{ page: string }>('clicks')

  const event = await clicks.publish({
    type: 'view',
    data: { page: '/a' },
    eventTime: new Date('2026-01-01T11:59:30Z'),
  })

  expect(JSON.parse(JSON.stringify(event))).toEqual({
    id: 'clicks-1',
    type: 'view',
    data: { page: '/a' },
    eventTime: '2026-01-01T11:59:30.000Z',
    processingTime: '2026-01-01T12:00:00.000Z',
  })
})

it('takes the clock as the time of an event that has none', async () => {
  const classic = classicAt(noon)
  const clicks = await classic.createStream('clicks')

  const event = await clicks.publish({ type: 'view', data: null })

  expect(event.eventTime).toBe(noon)
})

it.each([
  ['is not an event', null],
  ['has no type', { data: 1 }],
  ['has an id that is not a text', { type: 'a', data: 1, id: 7 }],
  ['has no valid eventTime', { type: 'a', data: 1, eventTime: new Date('never') }],
  ['has no valid eventTime', { type: 'a', data: 1, eventTime: '2026-01-01' }],
])('refuses what %s', async (fault, input) => {
  const classic = classicAt(noon)
  const clicks = await classic.createStream('clicks')

  await expect(clicks.publish(input as never)).rejects.toMatchObject({
    code: 'CLASSIC_EVENT',
    message: `What is published to "clicks" ${fault}.`,
  })
  expect(clicks.metrics().published).toBe(0)
})

it('shows each event once to each of two processors', async () => {
  const classic = classicAt(noon)
  const clicks = await classic.createStream('clicks')
  const seen: string[] = []
  for (const id of ['first', 'second']) {
    await classic.registerProcessor(id, {
      stream: clicks,
      process: (event) => void seen.push(`${id} ${event.id}`),
    })
  }

  for (const id of ['a', 'b', 'c']) await clicks.publish({ id, type: 'view', data: null })
  await classic.settled()

  expect(seen.toSorted()).toEqual([
    'first a',
    'first b',
    'first c',
    'second a',
    'second b',
    'second c',
  ])
})

it('lets publishing wait while a processor has no room, so that a slow sink bounds what is held', async () => {
  const classic = classicAt(noon)
  const clicks = await classic.createStream('clicks')
  const held = gate()
  let taken = 0
  await classic.registerProcessor('slow', {
    stream: clicks,
    process: (event) => event.id,
    to: async () => {
      await held.opened
      taken++
    },
    capacity: 4,
  })
  let published = 0
  const all = (async () => {
    for (let number = 0; number < 100; number++) {
      await clicks.publish({ type: 'view', data: number })
      published++
    }
  })()

  await turns()
  const publishedBefore = published
  const { waiting } = classic.report().retained
  held.open()
  await all
  await classic.settled()

  expect(publishedBefore).toBeLessThan(30)
  expect(waiting).toBeLessThanOrEqual(publishedBefore + 1)
  expect(taken).toBe(100)
  expect(classic.report().retained.waiting).toBe(0)
})

it('keeps the order of events and of those that wait to be published', async () => {
  const classic = classicAt(noon)
  const clicks = await classic.createStream<number>('clicks')
  const seen: number[] = []
  await classic.registerProcessor('seen', {
    stream: clicks,
    process: (event) => void seen.push(event.data),
    capacity: 2,
  })
  const numbers = Array.from({ length: 50 }, (_, number) => number)

  await Promise.all(numbers.map((number) => clicks.publish({ type: 'n', data: number })))
  await classic.settled()

  expect(seen).toEqual(numbers)
})

it('rejects instead of waiting where the stream is told to', async () => {
  const classic = classicAt(noon)
  const clicks = await classic.createStream('clicks', { buffer: 2, whenFull: 'reject' })
  await clicks.publish({ type: 'view', data: 1 })
  await clicks.publish({ type: 'view', data: 2 })

  await expect(clicks.publish({ type: 'view', data: 3 })).rejects.toMatchObject({
    code: 'CLASSIC_FULL',
    message: '"clicks" is full: its buffer holds 2 events.',
    retry: 'later',
  })
})

it('refuses to publish after the end', async () => {
  const classic = classicAt(noon)
  const clicks = await classic.createStream('clicks')
  await classic.drain()

  await expect(clicks.publish({ type: 'view', data: 1 })).rejects.toMatchObject({
    code: 'CLASSIC_CLOSED',
    message: 'An event is published after drain() or stop().',
  })
})

it.each([
  [{ disorder: 'soon' }, 'Stream "s": disorder must be a length of time; got "soon".'],
  [{ buffer: -1 }, 'Stream "s": buffer must be a whole number, at least 0; got -1.'],
  [{ time: 'local' }, 'Stream "s": time must be one of event, processing; got "local".'],
  [{ time: 'processing', idle: '1m' }, 'Stream "s": time is that of the clock.'],
])('refuses options that cannot be used: %j', async (options, message) => {
  const classic = classicAt(noon)

  await expect(classic.createStream('s', options as never)).rejects.toMatchObject({
    code: 'CLASSIC_OPTION',
    message,
  })
})

it('says how much a stop leaves undone, and fires nothing', async () => {
  const classic = classicAt(noon)
  const clicks = await classic.createStream('clicks')
  let closed = 0
  await classic.createTumblingWindow('w', { stream: clicks, size: '1m', to: () => void closed++ })
  await clicks.publish({ type: 'view', data: 1 })
  await classic.settled()

  const unfinished = await classic.stop()

  expect(unfinished).toEqual({ events: 0, windows: 1 })
  expect(closed).toBe(0)
})
