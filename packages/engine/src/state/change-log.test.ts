import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ChangeLog, type LoggedChanges, type Trail } from './change-log.ts'
import { TouchedSlots } from './touched-slots.ts'

/** What the checkpoints say that are still needed. */
class Kept {
  list: readonly LoggedChanges[] = []

  add(changes: LoggedChanges): void {
    const copy = { ...changes, has: changes.has.slice() }
    this.list = [...this.list, copy].filter(({ number }) => number >= changes.since)
  }

  /** By slot, which of them tells of it last; negative: none. */
  last(of: 'slots' | 'named', count: number): Int32Array {
    return Int32Array.from({ length: count }, (_, slot) =>
      this.list.findLastIndex((changes) => changes[of].includes(slot)),
    )
  }

  trail(count: number): Trail {
    return {
      since: this.list[0]?.number ?? 1,
      told: this.list.map(({ slots }) => slots.length),
      states: this.last('slots', count),
      keys: this.last('named', count),
    }
  }
}

/** How many slots each checkpoint of a run tells of, and how many checkpoints are needed then. */
function run(
  count: number,
  checkpoints: number,
  touch: (checkpoint: number) => readonly number[],
): { readonly told: readonly number[]; readonly needed: readonly number[]; readonly kept: Kept } {
  const touched = new TouchedSlots()
  const log = new ChangeLog(touched, new TouchedSlots())
  const kept = new Kept()
  const told: number[] = []
  const needed: number[] = []
  for (let checkpoint = 0; checkpoint < checkpoints; checkpoint++) {
    for (const slot of touch(checkpoint)) touched.use(slot)
    kept.add(log.take(count))
    told.push(kept.list.at(-1)?.slots.length ?? 0)
    needed.push(kept.list.length)
  }
  return { told, needed, kept }
}

const from = (first: number, length: number): number[] =>
  Array.from({ length }, (_, at) => first + at)

it('needs nothing of old that later checkpoints do not say, and goes on where it was', () => {
  const slots = fc.array(fc.nat({ max: 60 }), { maxLength: 12 })
  const step = fc.record({ count: fc.nat({ max: 50 }), used: slots, renamed: slots })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (script, stop) => {
      const touched = new TouchedSlots()
      const renamed = new TouchedSlots()
      let log = new ChangeLog(touched, renamed)
      const kept = new Kept()
      let before = 0
      for (const [at, { count, renamed: some, used }] of script.entries()) {
        // A stage that is begun anew has fewer slots at most now and then.
        const size = at % 7 === 6 ? count : Math.max(count, before)
        for (const slot of used) touched.use(slot)
        for (const slot of some) {
          touched.mark(slot)
          renamed.mark(slot)
        }
        const changes = log.take(size)
        kept.add(changes)
        const isListed = [...used, ...some, ...from(before, size - before)].every(
          (slot) => slot >= size || changes.slots.includes(slot),
        )
        expect(isListed).toBe(true)
        expect(Array.from(changes.slots)).toEqual(from(0, size).filter((slot) => changes.has[slot]))
        expect(changes.since).toBe(kept.list[0]?.number)
        const isSaid = ({ keys, states }: Trail) => !keys.includes(-1) && !states.includes(-1)
        expect(isSaid(kept.trail(size))).toBe(true)
        if (at === stop) log = new ChangeLog(touched, renamed, kept.trail(size))
        before = size
      }
    }),
    { numRuns: 200 },
  )
})

it('says nothing again of what was said long ago as long as it is no burden', () => {
  // A tenth of the slots after the other.
  const { needed, told } = run(1000, 100, (checkpoint) => from((checkpoint % 10) * 100, 100))

  // The first checkpoint is a great one: what is left of it goes in pieces.
  expect(Math.max(...told.slice(1))).toBeLessThanOrEqual(200)
  expect(told.slice(10).every((count) => count === 100)).toBe(true)
  expect(Math.max(...needed)).toBeLessThanOrEqual(21)
})

it('says at most three times what there is', () => {
  // The same slots again and again.
  const { told, needed } = run(1000, 100, () => from(0, 100))
  const sums = needed.map((count, at) =>
    told.slice(at + 1 - count, at + 1).reduce((sum, one) => sum + one, 0),
  )

  expect(Math.max(...sums)).toBeLessThanOrEqual(3000)
  expect(Math.max(...sums.slice(20))).toBeLessThanOrEqual(2200)
})

it('needs few checkpoints of a stage to which little happens', () => {
  const { needed, told } = run(1000, 200, (checkpoint) => [checkpoint % 5])

  expect(Math.max(...needed)).toBeLessThanOrEqual(64 + 16)
  expect(Math.max(...told.slice(1))).toBeLessThanOrEqual(64)
})
