import { expect, it } from 'vitest'
import { listStreams, openStream } from './open-stream.ts'
import { virtual } from './streams.test-support.ts'

it('ten opens at the same time make one stream', async () => {
  const { dir, open, runtime } = virtual()

  await Promise.all(Array.from({ length: 10 }, () => open('orders')))

  expect((await listStreams(dir, runtime)).map(({ name }) => name)).toEqual(['orders'])
})

it('a stream says what it is', async () => {
  const { advance, open } = virtual(5000)
  const stream = await open('orders', { retention: { age: '1h', count: 100 } })
  await advance(1000)
  await stream.append({ id: 1 })
  await stream.append({ id: 2 })
  await stream.consumer(() => undefined, { group: 'billing' }).step()
  await stream.end()

  const state = await stream.state()

  expect(state).toEqual({
    name: 'orders',
    status: 'ended',
    created: 5000,
    ended: 6000,
    first: 0,
    next: 2,
    count: 2,
    bytes: 16,
    lost: 0,
    prepared: 0,
    retention: { ageMs: 3_600_000, count: 100 },
    groups: [{ name: 'billing', created: 6000, next: 1, waiting: 1, leased: 0, dead: 0, done: 1 }],
  })
})

it('any JSON value is a message, with the offset that append gave and the time of its append', async () => {
  const { open } = virtual(7000)
  const stream = await open<unknown>('things')
  const values = [{ a: [1] }, null, false, 0, '', 'ß\u2028\uD83D\uDE80', [], 1.5]

  const offsets = await Promise.all(values.map((value) => stream.append(value)))

  expect(offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(await stream.read()).toEqual(
    values.map((value, offset) => ({ offset, time: 7000, value })),
  )
})

it.each([
  [undefined, 'undefined'],
  [() => 1, 'a function'],
  [1n, 'Do not know how to serialize a BigInt'],
])('%s is refused, and what is appended beside it stands', async (value, got) => {
  const { open } = virtual()
  const stream = await open<unknown>('things')

  const refused = stream.append(value)
  const taken = stream.append('fine')

  await expect(refused).rejects.toThrow(
    `Stream "things" takes values that JSON can hold; got ${got}.`,
  )
  expect(await taken).toBe(0)
})

it('a batch of 10 is written with its 10th message', async () => {
  const { open, runtime, dir } = virtual()
  const stream = await open<number>('numbers', { batch: { size: 10, delay: '1h' } })
  const written = async (): Promise<number> =>
    (await listStreams(dir, runtime)).find(({ name }) => name === 'numbers')?.count ?? 0
  const appends = Array.from({ length: 9 }, (_, n) => stream.append(n))
  const before = await written()

  const last = await stream.append(9)

  expect([before, last, await written()]).toEqual([0, 9, 10])
  expect(await Promise.all(appends)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
})

it('a batch that stays short is written after its delay, or by flush, or by close', async () => {
  const { advance, open } = virtual()
  const reader = await open<number>('numbers')
  const stream = await open<number>('numbers', { batch: { size: 10, delay: '50ms' } })
  const counts: number[] = []
  const count = async (): Promise<void> => void counts.push((await reader.state()).count)

  const first = stream.append(1)
  await count()
  await advance(50)
  await first
  await count()
  void stream.append(2)
  await stream.flush()
  await count()
  void stream.append(3)
  await stream.close()
  await count()

  expect(counts).toEqual([0, 1, 2, 3])
})

it('messages keep the order in which they were appended, synced or not', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')

  const offsets = await Promise.all([
    stream.append(0),
    stream.appendUnsynced(1),
    stream.append(2),
    stream.appendUnsynced(3),
  ])

  expect(offsets).toEqual([0, 1, 2, 3])
  expect((await stream.read()).map(({ value }) => value)).toEqual([0, 1, 2, 3])
})

it('a source in ten lines: whatever can be iterated is attached', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  async function* source(): AsyncGenerator<number> {
    for (let n = 0; n < 3; n++) {
      await Promise.resolve()
      yield n
    }
  }

  const count = await stream.attach(source())

  expect(count).toBe(3)
  expect((await stream.read()).map(({ value }) => value)).toEqual([0, 1, 2])
})

it('without windows and groups a reader gets each message once, from any place, and follows', async () => {
  const { advance, open } = virtual(1000)
  const stream = await open<string>('words')
  for (const word of ['a', 'b', 'c']) {
    await stream.append(word)
    await advance(1000)
  }
  const read = async (from?: Parameters<typeof stream.read>[0]): Promise<string[]> =>
    (await stream.read(from)).map(({ value }) => value)
  const followed: string[] = []
  const following = (async () => {
    for await (const { value } of stream.messages({ from: 'latest', follow: true })) {
      followed.push(value)
    }
  })()
  await advance(100)

  await stream.append('d')
  await stream.end()
  await following

  expect(followed).toEqual(['d'])
  expect(await read()).toEqual(['a', 'b', 'c', 'd'])
  expect(await read({ from: 2 })).toEqual(['c', 'd'])
  expect(await read({ from: { time: 1001 } })).toEqual(['b', 'c', 'd'])
  expect(await read({ from: { time: new Date(2000) }, limit: 1 })).toEqual(['b'])
  expect(await read({ from: 'latest' })).toEqual([])
})

it.each([
  ['earliest' as const, ['a', 'b', 'c']],
  ['latest' as const, []],
  [1, ['b', 'c']],
  [{ time: 3000 }, ['c']],
])('a group that begins at %o, and one that is reset to it, gets %o', async (place, expected) => {
  const { advance, open } = virtual(1000)
  const stream = await open<string>('words')
  for (const word of ['a', 'b', 'c']) {
    await stream.append(word)
    await advance(1000)
  }
  await stream.consumer(() => undefined, { group: 'old', size: 3 }).step()
  await stream.group('old').reset(place)
  // A group begins where its first consumer says; what is appended later is for all.
  await stream.group('new', { from: place }).advance(0)
  await stream.end()
  const seen: Record<string, string[]> = { old: [], new: [] }

  for (const [group, words] of Object.entries(seen)) {
    await stream.consume(({ values }) => void words.push(...values), { group, from: 'earliest' })
  }

  expect(seen).toEqual({ old: expected, new: expected })
})

it('what has ended takes nothing more, and what was closed does nothing', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  await stream.end()

  await expect(stream.append(1)).rejects.toMatchObject({ code: 'STREAM_ENDED' })
  await stream.close()
  await stream.close()

  await expect(stream.append(1)).rejects.toMatchObject({ code: 'STREAM_CLOSED' })
  await expect(stream.state()).rejects.toMatchObject({ code: 'STREAM_CLOSED' })
})

it('cleared, a stream is empty and counts on', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  await Promise.all([1, 2].map((n) => stream.append(n)))
  await stream.group().reset('earliest')

  await stream.clear()

  expect(await stream.append(3)).toBe(2)
  expect(await stream.state()).toMatchObject({ first: 2, next: 3, count: 1, bytes: 1 })
  expect((await stream.group().state())?.waiting).toBe(1)
})

it.each([0, -1, 1.5])('%j is no number of messages to read', async (limit) => {
  const { open } = virtual()
  const stream = await open('orders')
  const refused = { code: 'STREAM_OPTION', hint: 'For example: limit: 10' }

  await expect(stream.read({ limit })).rejects.toMatchObject(refused)
  await expect(stream.inspect('default', { limit })).rejects.toMatchObject(refused)
})

it.each(['', 'a\nb', 'x'.repeat(201), 7])('%j is no name', async (name) => {
  const { open } = virtual()

  await expect(open(name as string)).rejects.toMatchObject({ code: 'STREAM_NAME' })
})

it('a stream that is only to be looked at is not made; the nearest name is told', async () => {
  const { dir, open } = virtual()
  await open('orders')

  const missing = openStream('order', { dir, create: false })

  await expect(missing).rejects.toMatchObject({
    code: 'STREAM_UNKNOWN',
    hint: 'Did you mean "orders"?',
  })
})
