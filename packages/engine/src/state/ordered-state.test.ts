import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CurrentKey } from './current-key.ts'
import { Journal } from './journal.ts'
import { HeapOrdered } from './ordered-state.ts'

interface Entry {
  readonly slot: number
  readonly time: number
  readonly value: number
}

const steps = fc.array(
  fc.record({
    slot: fc.nat(4),
    time: fc.nat(40),
    to: fc.nat(40),
    action: fc.constantFrom(
      'add',
      'add',
      'add',
      'add',
      'add',
      'fail',
      'clear',
      'replace',
      'release',
    ),
  }),
  { maxLength: 120 },
)

describe('an ordered run', () => {
  it('is what sorting a list by time would give, through releases, clearing and undone records', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const current = new CurrentKey([])
        const journal = new Journal()
        const ordered = new HeapOrdered<number>('ordered', current, journal)
        let model: Entry[] = []
        let value = 0
        const released: unknown[] = []
        const wanted: unknown[] = []
        for (const { slot, time, to, action } of list) {
          current.slot = slot
          if (action === 'release') {
            const seen: Entry[] = []
            ordered.releaseBefore(time, (at, value) =>
              seen.push({ slot: current.slot, time: at, value }),
            )
            const gone = model.filter((one) => one.time < time)
            const inOrder = (a: Entry, b: Entry): number => a.value - b.value
            released.push(seen.toSorted(inOrder))
            wanted.push(gone.toSorted(inOrder))
            model = model.filter((one) => one.time >= time)
          } else if (action === 'clear') {
            ordered.clear()
            if (to % 2 === 0) journal.undo()
            else model = model.filter((one) => one.slot !== slot)
          } else if (action === 'replace') {
            const old = model.find((one) => one.slot === slot && one.time === time)
            ordered.replace(time, old?.value ?? -1, ++value)
            if (to % 2 === 0) journal.undo()
            else model = model.map((one) => (one === old ? { ...one, value } : one))
          } else {
            ordered.add(time, ++value)
            if (action === 'fail') journal.undo()
            else model.push({ slot, time, value })
          }
          journal.forget()
          expect(current.slot).toBe(slot)
          const own = model
            .filter((one) => one.slot === slot)
            .toSorted((a, b) => a.time - b.time)
            .map((one) => [one.time, one.value])
          const inside = own.filter(([at = 0]) => at >= time && at < to)
          expect([...ordered.range(time, to)]).toStrictEqual(inside)
          const scan = ordered.scan(time, to)
          for (const [at, value] of inside) {
            expect(scan.next()).toBe(true)
            expect([scan.time, scan.value]).toStrictEqual([at, value])
          }
          expect(scan.next()).toBe(false)
          expect(ordered.first()).toStrictEqual(own[0])
          expect(ordered.last(time)).toStrictEqual(own.findLast(([at = 0]) => at <= time))
          expect(ordered.last()).toStrictEqual(own.at(-1))
          expect(ordered.size).toBe(model.length)
        }
        expect(released).toStrictEqual(wanted)
      }),
      { numRuns: 300 },
    )
  })
})

it('whoever sees what goes may read and add: it is there until all was seen', () => {
  const current = new CurrentKey([])
  const ordered = new HeapOrdered<string>('ordered', current, new Journal())
  const seen: unknown[] = []
  for (const [slot, time] of [
    [0, 1],
    [0, 2],
    [1, 1],
    [1, 2],
    [1, 3],
  ] as const) {
    current.slot = slot
    ordered.add(time, `${slot} at ${time}`)
  }

  ordered.releaseBefore(3, (time, value) => {
    seen.push([time, value, ordered.first()?.[1], ordered.last()?.[1]])
    if (time === 1) ordered.add(9, `${current.slot} again`)
  })

  expect(seen).toEqual([
    [1, '0 at 1', '0 at 1', '0 at 2'],
    [2, '0 at 2', '0 at 1', '0 again'],
    [1, '1 at 1', '1 at 1', '1 at 3'],
    [2, '1 at 2', '1 at 1', '1 again'],
  ])
  expect(ordered.size).toBe(3)
  current.slot = 1
  expect([...ordered.range(0, 99)]).toEqual([
    [3, '1 at 3'],
    [9, '1 again'],
  ])
})

it('visits keys by what they have, whatever records that failed had added', () => {
  const current = new CurrentKey(['x', 'y'].map((name) => ({ name })))
  const journal = new Journal()
  const ordered = new HeapOrdered<string>('ordered', current, journal)
  const add = (slot: number, time: number): void => {
    current.slot = slot
    ordered.add(time, `${slot} at ${time}`)
  }
  add(0, 5)
  add(1, 4)
  journal.forget()
  add(0, 1)
  journal.undo()

  const visited: string[] = []
  ordered.releaseBefore(9, (_, value) => visited.push(value))

  expect(visited).toEqual(['1 at 4', '0 at 5'])
})
