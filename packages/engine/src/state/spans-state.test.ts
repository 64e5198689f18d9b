import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CurrentKey } from './current-key.ts'
import { Journal } from './journal.ts'
import { HeapSpans } from './spans-state.ts'

type Sum = [{ count: number }, { readonly seen: number[] }]

const keys = Array.from({ length: 30 }, (_, id) => ({ id }))

function open(): { current: CurrentKey; journal: Journal; spans: HeapSpans<Sum> } {
  const current = new CurrentKey(keys)
  const journal = new Journal()
  const spans = new HeapSpans<Sum>('spans', current, journal, {
    create: () => [{ count: 0 }, { seen: [] }],
    merge: ([a, s], [b, t]) => [{ count: a.count + b.count }, { seen: [...s.seen, ...t.seen] }],
  })
  return { current, journal, spans }
}

interface Model {
  readonly slot: number
  readonly start: number
  readonly end: number
  readonly seen: readonly number[]
  readonly due: number
}

/** All overlapping ones of the key become one, until nothing changes. */
function joined(model: readonly Model[], slot: number, start: number, end: number): Model[] {
  const isHit = (one: Model): boolean => one.slot === slot && one.start < end && start < one.end
  const hit = model.filter(isHit).toSorted((a, b) => a.start - b.start)
  const whole: Model = {
    slot,
    start: Math.min(start, ...hit.map((one) => one.start)),
    end: Math.max(end, ...hit.map((one) => one.end)),
    seen: hit.flatMap((one) => one.seen),
    due: Infinity,
  }
  return [...model.filter((one) => !isHit(one)), whole]
}

const sorted = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b)
const order = (a: Model, b: Model): number => a.slot - b.slot || b.start - a.start

describe('spans', () => {
  it('are what joining all that overlaps would give, and are ready by time and key', () => {
    const steps = fc.array(
      fc.record({
        slot: fc.nat(5),
        start: fc.nat(60),
        length: fc.integer({ min: 1, max: 12 }),
        action: fc.constantFrom('join', 'join', 'join', 'join', 'fail', 'ready'),
      }),
      { maxLength: 80 },
    )
    fc.assert(
      fc.property(steps, (list) => {
        const { current, journal, spans } = open()
        let model: Model[] = []
        const wanted: unknown[] = []
        const woken: unknown[] = []
        let id = 0
        for (const { slot, start, length, action } of list) {
          const end = start + length
          current.slot = slot
          const hits = model.filter(
            (one) => one.slot === slot && one.start < end && start < one.end,
          )
          expect([...spans.find(start, end)].length).toBe(hits.length)
          if (action === 'ready') {
            for (const [key, span] of spans.ready(start)) {
              woken.push([(key as { id: number }).id, span.start, span.end])
              if (span.start % 2 === 0) span.release()
            }
            const ready = model
              .filter((one) => one.due <= start)
              .toSorted((a, b) => a.due - b.due || order(a, b))
            wanted.push(...ready.map((one) => [one.slot, one.start, one.end]))
            model = model
              .filter((one) => one.due > start || one.start % 2 !== 0)
              .map((one) => (one.due <= start ? { ...one, due: Infinity } : one))
          } else if (action === 'join' || hits.length === 0) {
            const span = spans.join(start, end)
            const [sum, { seen }] = span.value
            sum.count++
            seen.push(++id)
            span.wake(span.end)
            if (action === 'fail') journal.undo()
            else {
              model = joined(model, slot, start, end)
              const whole = model.pop() as Model
              model.push({ ...whole, seen: [...whole.seen, id], due: whole.end })
            }
          }
          journal.forget()
        }
        expect(woken).toStrictEqual(wanted)
        const found: unknown[] = []
        for (const [key, { start, end, value }] of spans.entries()) {
          const { id } = key as { id: number }
          found.push({ slot: id, start, end, count: value[0].count, seen: sorted(value[1].seen) })
        }
        expect(found).toStrictEqual(
          model.toSorted(order).map(({ slot, start, end, seen }) => ({
            slot,
            start,
            end,
            count: seen.length,
            seen: sorted(seen),
          })),
        )
        expect(spans.size).toBe(model.length)
        expect(spans.due).toBeLessThanOrEqual(Math.min(Infinity, ...model.map(({ due }) => due)))
      }),
      { numRuns: 300 },
    )
  })

  it('that only touch stay apart', () => {
    const { spans } = open()

    spans.join(0, 10)
    spans.join(10, 20)

    const found: unknown[] = []
    for (const [, { start, end }] of spans.entries()) found.push([start, end])
    expect(found).toStrictEqual([
      [10, 20],
      [0, 10],
    ])
  })

  it('use the room of those that were released', () => {
    const { current, spans } = open()
    for (let time = 0; time < 1000; time += 10) {
      current.slot = time % 30
      spans.join(time, time + 5).wake(time + 5)
      for (const [, span] of spans.ready(time)) span.release()
    }

    expect(spans.size).toBe(1)
  })

  it('are the same when they were written down and taken back', () => {
    const { current, spans } = open()
    for (const slot of [2, 0]) {
      current.slot = slot
      for (const start of [30, 10, 50]) {
        const span = spans.join(start, start + 5)
        span.value[1].seen.push(start)
        if (start !== 10) span.wake(start + slot)
      }
    }
    const { spans: second } = open()

    const written = [...spans.save()]
    for (const entry of written) second.load(entry)

    const ready: unknown[] = []
    for (const [key, { start }] of second.ready(40)) ready.push([key, start])
    expect(ready).toStrictEqual([
      [{ id: 0 }, 30],
      [{ id: 2 }, 30],
    ])
    expect(written.at(-1)).toStrictEqual({
      slot: 2,
      time: 10,
      data: { end: 15, wakes: null, value: [{ count: 0 }, { seen: [10] }] },
    })
    expect(second.size).toBe(6)
  })
})
