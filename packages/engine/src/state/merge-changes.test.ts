import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StageSpec } from '../plan/job-spec.ts'
import { restoreCold, restoreStage, takeChanges, takeSnapshot } from '../run/stage-snapshot.ts'
import { ChangeLog } from './change-log.ts'
import { bareStage, keyParts, readChanges, seen } from './bare-stage.test-support.ts'
import { NO_SLOT } from './current-key.ts'
import { memorySpill } from './memory-spill.test-support.ts'
import { mergeChanges, toPlainSnapshot } from './merge-changes.ts'
import type { StageCheckpoint } from '../checkpoint/checkpoint.ts'
import type { StageSnapshot } from './saved-state.ts'
import type { StageChanges } from './stage-changes.ts'

interface Numbers {
  n: number
}

const create = (): Numbers => ({ n: 0 })
const merge = (a: Numbers, b: Numbers): Numbers => ({ n: a.n + b.n })
const restore = (n: unknown): Numbers => ({ n: n as number })
const ttl = { ms: 7 }
const KEY_MAX = 40

/** All kinds of state. */
function declare({ heap }: ReturnType<typeof bareStage>) {
  const state = heap.scope()
  return {
    state,
    value: state.value<number>('value', { initial: () => 0 }),
    young: state.value<number>('young', { initial: () => 0, ttl: { ...ttl, of: 'access' } }),
    map: state.map<number, number>('map', { ttl }),
    list: state.list<number>('list', { ttl }),
    object: state.object<Numbers>('object', { create }),
    copied: state.object<Numbers>('copied', { create, snapshot: ({ n }) => n, restore, ttl }),
    numbers: state.numbers<Numbers>('numbers', { create }),
    panes: state.panes<Numbers>('panes', { create }),
    lists: state.panes<Numbers[]>('lists', { create: () => [{ n: 0 }] }),
    spans: state.spans<Numbers>('spans', { create, merge }),
    ordered: state.ordered<number>('ordered'),
    all: state.global().map<number, number>('all'),
  }
}

function openStage(keys?: number) {
  const stage = bareStage(keys)
  stage.kept.spilling?.begin(memorySpill())
  const open = { ...stage, ...declare(stage) }
  return open
}
type Opened = ReturnType<typeof openStage>

const writes: readonly ((stage: Opened, n: number) => unknown)[] = [
  ({ value }, n) => value.set(n),
  ({ value }) => value.clear(),
  ({ young }, n) => young.set(n),
  ({ young }) => young.get(),
  ({ map }, n) => map.set(n % 3, n),
  ({ map }, n) => map.delete(n % 3),
  ({ map }) => map.clear(),
  ({ list }, n) => list.add(n),
  ({ list }) => list.clear(),
  ({ object }, n) => (object.get().n = n),
  ({ object }) => object.clear(),
  ({ copied }, n) => (copied.get().n = n),
  ({ numbers }, n) => (numbers.get().n = n),
  ({ numbers }) => numbers.clear(),
  ({ panes }, n) => (panes.get(n % 4).n = n),
  ({ panes }, n) => panes.clear(n % 4),
  ({ lists }, n) => ((lists.get(n % 4)[0] as Numbers).n = n),
  ({ spans }, n) => {
    const span = spans.join((n % 5) * 3, (n % 5) * 3 + 4)
    span.value.n = n
    span.wake(n)
  },
  ({ ordered }, n) => ordered.add(n % 7, n),
  ({ ordered }, n) => ordered.replace(n % 7, ordered.last(n % 7)?.[1] ?? 0, n),
  ({ event }, n) => event.set(n % 9, `${n % 2}`),
  ({ event }, n) => event.delete(n % 9, `${n % 2}`),
  ({ kept }, n) => kept.hooks.clock.set(n),
  ({ all }, n) => all.set(n % 3, n),
]

/** What a stage does between two records. */
const hooks: readonly ((stage: Opened, n: number) => unknown)[] = [
  ({ heap, time }, n) => {
    time.moveTo(n)
    heap.release('event', time.reached)
  },
  ({ panes }, n) => panes.release(n % 4),
  ({ lists }, n) => lists.release(n % 4),
  ({ ordered }, n) => ordered.releaseBefore(n % 7),
  ({ object }, n) => {
    for (const [, each] of object.entries()) each.n += n
  },
  ({ numbers, value }, n) => {
    for (const [, each] of numbers.entries()) {
      each.n += n
      value.set(n)
    }
  },
  ({ panes }, n) => {
    for (const [, each] of panes.entries(n % 4)) each.n += n
  },
  ({ spans }, n) => {
    for (const [, span] of spans.ready(n)) if (span.value.n % 2 === 0) span.release()
  },
  ({ sweep }) => sweep.finish(),
  ({ current, event, interner }, n) => {
    if (!event.isDue(n)) return
    event.take()
    current.slot = event.taken.slot
    interner.touched.use(current.slot)
    if (n % 2 === 0) event.putBack()
  },
]

function take(stage: Opened, { does, fails, key, n, writes: some }: Step): void {
  const { current, emitter, interner, journal } = stage
  emitter.timestamp = n
  if (does === 'hook') {
    current.slot = NO_SLOT
    emitter.unlimited = true
    hooks[(some[0] as number) % hooks.length]?.(stage, n)
  } else {
    emitter.unlimited = false
    current.slot = interner.slot(keyParts, { site: key % 2, user: key }, n)
    for (const one of some) writes[one]?.(stage, n)
  }
  if (fails) journal.undo()
  else journal.forget()
  stage.kept.spilling?.evict(current.slot)
}

/** Gives a key something of each kind. */
function fill(stage: Opened, key: number): void {
  stage.current.slot = stage.interner.slot(keyParts, { site: key % 2, user: key }, key)
  // What takes things away comes first.
  for (const write of writes.toReversed()) write(stage, key)
  stage.journal.forget()
  stage.kept.spilling?.evict(stage.current.slot)
}

/** What a new stage keeps that begins with a snapshot. */
function restored(snapshot: StageSnapshot, keys?: number): StageSnapshot {
  const stage = bareStage(keys)
  const parts = { spec: { restored: snapshot } as StageSpec, restored: undefined }
  restoreStage(stage.kept, parts)
  stage.kept.spilling?.begin(memorySpill())
  declare(stage)
  restoreCold(stage.kept, parts)
  return structuredClone(toPlainSnapshot(takeSnapshot(stage.kept)))
}

/** A stage that goes on from changes, so that the next ones follow these. */
function goOn(list: readonly StageChanges[], keys?: number): Opened {
  const stage = bareStage(keys)
  const saved = { snapshot: mergeChanges(list.map(readChanges)), isKept: true, parked: [] as const }
  const parts = { spec: {} as StageSpec, restored: saved as unknown as StageCheckpoint }
  const trail = restoreStage(stage.kept, parts)
  expect(trail).toBeDefined()
  stage.kept.spilling?.begin(memorySpill())
  const { renamed, touched } = stage.interner
  const opened = { ...stage, ...declare(stage), log: new ChangeLog(touched, renamed, trail) }
  restoreCold(stage.kept, parts)
  return opened
}

const steps = fc.record({
  does: fc.constantFrom('write', 'write', 'hook', 'hook', 'checkpoint', 'checkpoint', 'recovery'),
  key: fc.nat({ max: KEY_MAX }),
  n: fc.nat({ max: 30 }),
  writes: fc.array(fc.nat({ max: writes.length - 1 }), { minLength: 1, maxLength: 4 }),
  fails: fc.boolean(),
  /** Whether a checkpoint is read at once, or in front of the next one. */
  readsAtOnce: fc.boolean(),
})
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never

const bounds = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined })

it('makes of changes the snapshot that was there when the last of them were taken', () => {
  fc.assert(
    fc.property(
      fc.array(steps, { maxLength: 40 }),
      fc.boolean(),
      bounds,
      (script, isFull, most) => {
        let stage = openStage(most)
        // It is never stopped, and keeps all in memory.
        const other = openStage()
        // With many keys that nothing happens to, what is not told does not come round by itself.
        for (const one of [stage, other]) {
          if (isFull) for (let key = 0; key <= KEY_MAX; key++) fill(one, key)
        }
        let kept: StageChanges[] = []
        let waiting: { readonly changes: StageChanges; readonly whole: unknown } | undefined
        const settle = (): void => {
          if (waiting === undefined) return
          const { changes, whole } = waiting
          kept = [...kept, readChanges(changes)].filter(({ number }) => number >= changes.since)
          waiting = undefined
          const merged = mergeChanges(kept)
          expect(seen(toPlainSnapshot(merged))).toEqual(whole)
          expect(seen(restored(mergeChanges(kept)))).toEqual(whole)
          expect(seen(restored(toPlainSnapshot(merged)))).toEqual(whole)
          if (most === undefined) return
          expect(seen(restored(mergeChanges(kept), most))).toEqual(whole)
          expect(seen(restored(toPlainSnapshot(merged), 1))).toEqual(whole)
        }
        for (const step of script) {
          if (step.does === 'write' || step.does === 'hook') {
            take(stage, step)
            take(other, step)
            continue
          }
          settle()
          const whole = structuredClone(seen(takeSnapshot(stage.kept)))
          expect(whole).toEqual(seen(takeSnapshot(other.kept)))
          waiting = { changes: takeChanges(stage.kept, stage.log), whole }
          const isEnd = step.does === 'recovery'
          if (isEnd || step.readsAtOnce) settle()
          if (isEnd) stage = goOn(kept, step.readsAtOnce ? most : undefined)
        }
        settle()
      },
    ),
    { numRuns: 60 },
  )
})
