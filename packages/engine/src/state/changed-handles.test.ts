import type { StateScope } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StageCheckpoint } from '../checkpoint/checkpoint.ts'
import type { StageSpec } from '../plan/job-spec.ts'
import { restoreCold, restoreStage, takeChanges, takeSnapshot } from '../run/stage-snapshot.ts'
import { bareStage, keyParts, readChanges, seen } from './bare-stage.test-support.ts'
import { ChangeLog } from './change-log.ts'
import { memorySpill } from './memory-spill.test-support.ts'
import { mergeChanges, toPlainSnapshot } from './merge-changes.ts'
import type { StageChanges } from './stage-changes.ts'

interface Wide {
  n: number
  m: number
}

const KEY_MAX = 30

/** How the code of a life declares its handles; undefined: it has none of that name. */
const code = fc.record({
  /** Data of version 1 is a number, of version 2 the same number with 1,000 more. */
  value: fc.constantFrom(1, 2, undefined),
  /** Fields that its rows have. */
  numbers: fc.constantFrom('n', 'nm', undefined),
  list: fc.boolean(),
  object: fc.boolean(),
  /** Whether the object is declared at once, or in the middle of the life, as by an instance that was made anew. */
  isLate: fc.boolean(),
  /** Keys in memory; undefined: all. */
  most: fc.constantFrom(undefined, undefined, 2),
})
type Code = typeof code extends fc.Arbitrary<infer T> ? T : never

const touches = fc.array(fc.nat({ max: KEY_MAX }), { maxLength: 8 })
const life = fc.record({ code, before: touches, after: touches })
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never

type Handles = ReturnType<typeof declare>
type Stage = ReturnType<typeof bareStage>

function declare(state: StateScope, { list, numbers, object, value }: Partial<Code>) {
  const migrate = (data: unknown): number => (data as number) + 1000
  const create = (): Wide => (numbers === 'n' ? { n: 0 } : { n: 0, m: 7 }) as unknown as Wide
  return {
    value: value && state.value('value', { initial: () => 0, version: value, migrate }),
    numbers: numbers && state.numbers<Wide>('numbers', { create }),
    list: list === true ? state.list<number>('list') : undefined,
    object: object === true ? state.object('object', { create: () => ({ n: 0 }) }) : undefined,
  }
}

/** Lives one life of a stage, from the changes of the one before; `isKept`: its own follow these. What is kept of it at its end. */
function live(
  changes: readonly StageChanges[],
  { after, before, code: { isLate, ...all } }: Life,
  isKept: boolean,
): readonly StageChanges[] {
  const stage = bareStage(all.most)
  const snapshot = changes.length === 0 ? undefined : mergeChanges(changes.map(readChanges))
  const restored = { snapshot, isKept, parked: [] } as unknown as StageCheckpoint
  const parts = { spec: {} as StageSpec, restored: snapshot && restored }
  const trail = restoreStage(stage.kept, parts)
  expect(trail !== undefined).toBe(isKept && changes.length > 0)
  stage.kept.spilling?.begin(memorySpill())
  const log = new ChangeLog(stage.interner.touched, stage.interner.renamed, trail)
  let kept = trail === undefined ? [] : [...changes]
  let handles = declare(stage.heap.scope(), { ...all, object: all.object && !isLate })
  restoreCold(stage.kept, parts)
  for (const keys of [before, after]) {
    for (const key of keys) touch(stage, handles, key)
    const whole = structuredClone(seen(takeSnapshot(stage.kept)))
    const taken = readChanges(takeChanges(stage.kept, log))
    kept = [...kept, taken].filter(({ number }) => number >= taken.since)
    expect(seen(toPlainSnapshot(mergeChanges(kept)))).toEqual(whole)
    // An instance in place of the first one.
    handles = declare(stage.heap.scope(), all)
  }
  return kept
}

function touch(stage: Stage, { list, numbers, object, value }: Handles, key: number): void {
  stage.current.slot = stage.interner.slot(keyParts, { site: 0, user: key }, 0)
  value?.set(value.get() + 1)
  list?.add(key)
  if (numbers !== undefined) numbers.get().n++
  if (object !== undefined) object.get().n++
  stage.journal.forget()
  stage.kept.spilling?.evict(stage.current.slot)
}

it('keeps what is true of handles that change from life to life, as if each life began with all', () => {
  fc.assert(
    fc.property(fc.array(life, { minLength: 2, maxLength: 6 }), (lives) => {
      let [kept, whole]: (readonly StageChanges[])[] = [[], []]
      let version = 0
      for (const { code: all, ...one } of lives) {
        version = Math.max(version, all.value ?? 0)
        const value = all.value && (version as 1 | 2)
        const next = { ...one, code: { ...all, value } }
        kept = live(kept ?? [], next, true)
        whole = live(whole ?? [], next, false)
        const [found, wanted] = [kept, whole].map((all) => seen(toPlainSnapshot(mergeChanges(all))))
        expect(found).toEqual(wanted)
      }
    }),
    { numRuns: 150 },
  )
})
