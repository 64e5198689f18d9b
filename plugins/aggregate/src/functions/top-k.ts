import { type AggregateDefinition, defineAggregate } from '@millrace/sdk'
import { canonical } from './canonical.ts'
import { constantBetween } from './constants.ts'

const K_MAX = 1000

interface Entry {
  readonly text: string
  readonly value: unknown
  readonly count: number
}

interface Counter {
  readonly value: unknown
  count: number
}

interface Top {
  readonly k: number
  /** Infinity where every value is counted. */
  readonly capacity: number
  readonly counters: Map<string, Counter>
  /** Texts that had the smallest count when last looked for: the next ones to give way. */
  smallest: string[]
  smallestCount: number
}

/** The counter that gives way: one with the smallest count. Looks at all of them only when its list has run out. */
function evict(top: Top): number {
  for (;;) {
    const text = top.smallest.pop()
    if (text === undefined) {
      top.smallestCount = Infinity
      for (const { count } of top.counters.values()) {
        if (count < top.smallestCount) top.smallestCount = count
      }
      for (const [text, { count }] of top.counters) {
        if (count === top.smallestCount) top.smallest.push(text)
      }
    } else if (top.counters.get(text)?.count === top.smallestCount) {
      top.counters.delete(text)
      return top.smallestCount
    }
  }
}

/** Largest count first; equal ones in the order of their texts, so that a result does not depend on arrival. */
function compare(a: Entry, b: Entry): number {
  if (a.count !== b.count) return b.count - a.count
  return a.text < b.text ? -1 : 1
}

function sorted(counters: ReadonlyMap<string, Counter>): Entry[] {
  return [...counters].map(([text, { value, count }]) => ({ text, value, count })).toSorted(compare)
}

/** What a value that `top` does not hold may have been counted at most. */
function unseen(top: Top): number {
  if (top.counters.size < top.capacity) return 0
  let least = Infinity
  for (const { count } of top.counters.values()) least = Math.min(least, count)
  return least
}

function merged(a: Top, b: Top): Top {
  const unseenByA = unseen(a)
  const unseenByB = unseen(b)
  const both = new Map<string, Counter>()
  for (const [text, { value, count }] of a.counters) {
    both.set(text, { value, count: count + (b.counters.get(text)?.count ?? unseenByB) })
  }
  for (const [text, { value, count }] of b.counters) {
    if (!a.counters.has(text)) both.set(text, { value, count: count + unseenByA })
  }
  const kept = sorted(both).slice(0, a.capacity)
  return {
    ...a,
    counters: new Map(kept.map(({ text, value, count }) => [text, { value, count }])),
    smallest: [],
    smallestCount: 0,
  }
}

function topK(summary: string, capacityOf: (k: number) => number): AggregateDefinition<Top> {
  return defineAggregate({
    name: 'topK',
    summary,
    arguments: 1,
    constants: [{ name: 'k', default: 10 }],
    create([constant]): Top {
      const k = Math.floor(constantBetween('topK(x, k)', 'k', constant, 1, K_MAX))
      return { k, capacity: capacityOf(k), counters: new Map(), smallest: [], smallestCount: 0 }
    },
    add(top, value) {
      const text = canonical(value)
      const counter = top.counters.get(text)
      if (counter !== undefined) counter.count++
      else {
        // Space-saving: the newcomer takes over the count of the one that gives way.
        const before = top.counters.size < top.capacity ? 0 : evict(top)
        top.counters.set(text, { value, count: before + 1 })
      }
    },
    merge: merged,
    result: (top) =>
      sorted(top.counters)
        .slice(0, top.k)
        .map(({ value, count }) => ({ value, count })),
  })
}

/**
 * The `k` (default 10) most frequent values as `[{ value, count }]`, most frequent first, by space-saving with ten
 * counters per place, at least 100: exact while there are no more different values than that; beyond, a count is too
 * high by at most the number of values divided by the number of counters, never too low.
 */
export const frequent: AggregateDefinition<Top> = topK(
  'The k most frequent values with their counts; exact up to 10 k (at least 100) different values.',
  (k) => Math.max(100, 10 * k),
)

/** `topK` with `exact: true`: counts every different value. */
export const exactFrequent: AggregateDefinition<Top> = topK(
  'The k most frequent values with their counts; counts every different value.',
  () => Infinity,
)
