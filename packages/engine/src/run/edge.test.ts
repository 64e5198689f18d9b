import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Arrival, Edge } from './edge.ts'
import { noOrigins, RecordBatch } from './record-batch.ts'

type Policy = 'dropOldest' | 'dropNewest'

function batchOf(values: readonly number[]): RecordBatch {
  const zeros = values.map(() => 0)
  return new RecordBatch(values, zeros, zeros, zeros, noOrigins)
}

/** A reader of one lossy edge, which takes a message in hand when told to. */
function lossy(window: number, policy: Policy) {
  const told: Arrival[] = []
  let dropped = 0
  const overflow = {
    policy,
    dropped: (count: number) => void (dropped += count),
    overflowed: () => {},
  }
  const edge = new Edge({ input: 'in', window, overflow })
  edge.connect({ tell: (message) => void told.push(message) })
  const take = (): readonly unknown[] => {
    if (told.shift() === undefined) return []
    const envelope = edge.take()
    return envelope?.batch?.values.slice(envelope.start, envelope.end) ?? []
  }
  return { edge, told, take, dropped: () => dropped }
}

const steps = fc.array(fc.constantFrom('offer 1', 'offer 3', 'offer 9', 'mark', 'take', 'release'))

/** Record by record: what the reader sees, and how many are dropped. */
function expected(window: number, policy: Policy, actions: readonly string[], sizes: number[]) {
  const queue: number[] = []
  const seen: number[] = []
  let next = 0
  let hands = 0
  let dropped = 0
  for (const action of actions) {
    if (action === 'release') hands = 0
    if (action === 'take') {
      const taken = queue.splice(0, sizes.shift())
      seen.push(...taken)
      hands += taken.length
    }
    for (let left = Number(action.slice(6)); action.startsWith('offer') && left > 0; left--) {
      const record = next++
      const full = queue.length + hands === window
      if (full) dropped++
      if (full && (policy === 'dropNewest' || queue.length === 0)) continue
      if (full) queue.shift()
      queue.push(record)
    }
  }
  return { seen: [...seen, ...queue], dropped }
}

it('drops record by record what does not fit, and keeps the rest in order', () => {
  const law = fc.property(
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom<Policy[]>('dropOldest', 'dropNewest'),
    steps,
    (window, policy, actions) => {
      const { edge, told, take, dropped } = lossy(window, policy)
      const seen: unknown[] = []
      const sizes: number[] = []
      let next = 0
      let hands = 0
      for (const action of actions) {
        if (action === 'take') {
          const taken = take()
          seen.push(...taken)
          sizes.push(taken.length)
          hands += taken.length
        } else if (action === 'release') {
          edge.release(hands)
          hands = 0
        } else if (action === 'mark') edge.offerMark(next, false)
        else {
          const count = Number(action.slice(6))
          edge.offer(batchOf(Array.from({ length: count }, () => next++)), next)
        }
      }
      while (told.length > 0) seen.push(...take())

      const wanted = expected(window, policy, actions, sizes)
      expect(seen).toEqual(wanted.seen)
      expect(dropped()).toBe(wanted.dropped)
    },
  )
  fc.assert(law, { numRuns: 300 })
})

it.each<Policy>(['dropOldest', 'dropNewest'])(
  'does not grow with %s while its reader stands still',
  (policy) => {
    const { edge, told, dropped } = lossy(4, policy)

    for (let n = 0; n < 1000; n++) edge.offer(batchOf(n % 5 === 0 ? [n, n, n, n] : [n]), n)

    expect(edge.inFlight).toBe(4)
    expect(dropped()).toBe(1596)
    expect(told.length).toBeLessThanOrEqual(5)
  },
)

it('tells the reader the watermark behind records that were dropped', () => {
  const { edge, told, take } = lossy(1, 'dropNewest')

  edge.offer(batchOf([1]), 1)
  edge.offer(batchOf([2]), 2)
  edge.offer(batchOf([3]), 3)
  const records = take()

  expect(records).toEqual([1])
  expect(told).toHaveLength(1)
  expect(edge.take()).toMatchObject({ kind: 'mark', mark: 3 })
})

it('gives the reader everything in order, in whatever order its messages come', () => {
  const told: { readonly by: string; readonly message: Arrival }[] = []
  let by = 'writer'
  const edge = new Edge({ input: 'in', window: 2 })
  edge.connect({ tell: (message) => void told.push({ by, message }) })
  const read = (): unknown => {
    const envelope = told.pop()?.message.edge.take()
    return envelope?.batch?.values.slice(envelope.start, envelope.end) ?? envelope?.kind
  }

  edge.offer(batchOf([1, 2, 3, 4]), 1)
  const first = read()
  by = 'reader'
  edge.release(2)
  by = 'writer'
  edge.offerMark(5, false)
  edge.end(true)

  expect(told.map((one) => one.by)).toEqual(['reader', 'writer', 'writer'])
  expect([first, read(), read(), read()]).toEqual([[1, 2], [3, 4], 'mark', 'end'])
})
