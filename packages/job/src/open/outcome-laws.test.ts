import { defineStage, type RecordContext } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import type { Flow } from '../flow.ts'
import { pipeline } from '../pipeline.ts'
import { numbers } from './numbers.test-support.ts'

/** A step of a flow over numbers, with what it does to one of them. */
type Step =
  | { readonly kind: 'filter' | 'throw' | 'twice' | 'exit'; readonly by: number }
  | {
      readonly kind: 'slow'
      readonly mode: 'unordered' | 'race' | 'serial'
      readonly workers: number
    }
  | { readonly kind: 'choose'; readonly by: number; readonly then: Step[]; readonly other: Step[] }

interface Fate {
  readonly results: readonly number[]
  readonly isDead: boolean
}

/** What becomes of a number, step by step: the oracle. */
function fateOf(n: number, [step, ...others]: readonly Step[]): Fate {
  if (step === undefined) return { results: [n], isDead: false }
  if (step.kind === 'slow') return fateOf(n, others)
  const isHit = n % step.by === 0
  if (step.kind === 'choose') return fateOf(n, [...(isHit ? step.then : step.other), ...others])
  if (step.kind === 'filter' && isHit) return { results: [], isDead: false }
  if (step.kind === 'exit' && isHit) return { results: [n], isDead: false }
  if (step.kind === 'throw' && isHit) return { results: [], isDead: true }
  if (step.kind !== 'twice' || !isHit) return fateOf(n, others)
  const both = [fateOf(n, others), fateOf(n + 1, others)]
  return {
    results: both.flatMap(({ results }) => results),
    isDead: both.some(({ isDead }) => isDead),
  }
}

const twice = (by: number) =>
  defineStage({
    name: 'twice',
    summary: 'Some numbers, and the next one.',
    parameters: z.object({}),
    create: () => ({
      process(n: number, context) {
        if (n % by === 0) context.emit(n + 1)
        return n
      },
    }),
  })

type Sleep = (ms: number) => Promise<void>

function add(flow: Flow<number, number>, step: Step, sleep: Sleep): Flow<number, number> {
  if (step.kind === 'choose') {
    const branch = (steps: readonly Step[]): Flow<number, number> =>
      steps.reduce((inner, one) => add(inner, one, sleep), pipeline('way').input<number>())
    return flow.choose((n) => n % step.by === 0, branch(step.then), branch(step.other))
  }
  if (step.kind === 'slow') {
    const { mode, workers } = step
    const slow = async (n: number): Promise<number> => {
      await sleep((n * 7) % 13)
      return n
    }
    return flow.through(slow, { parallel: { workers, mode } })
  }
  if (step.kind === 'filter') return flow.filter((n) => n % step.by !== 0)
  if (step.kind === 'twice') return flow.stage(twice(step.by), {}).as<number>()
  if (step.kind === 'exit') {
    const exit = (n: number, context: RecordContext): number => {
      if (n % step.by === 0) context.exit('a multiple')
      return n
    }
    return flow.through(exit, { exits: true })
  }
  return flow.through((n) => {
    if (n % step.by === 0) throw new Error(`not ${n}`)
    return n
  })
}

const by = fc.integer({ min: 2, max: 5 })
const { steps } = fc.letrec<{ steps: Step[]; step: Step }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 4 }),
  step: fc.oneof(
    { maxDepth: 2 },
    fc.record({ kind: fc.constantFrom('filter', 'throw', 'twice', 'exit'), by }),
    fc.record({
      kind: fc.constant('slow' as const),
      mode: fc.constantFrom('unordered', 'race', 'serial'),
      workers: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({
      kind: fc.constant('choose' as const),
      by,
      then: tie('steps'),
      other: tie('steps'),
    }),
  ),
}))

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b)

it('each record has exactly the fate and the results that it has alone, whatever runs beside it', async () => {
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.array(fc.record({ n: fc.nat(20), isPushed: fc.boolean() }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 6 }),
      async (all, input, capacity) => {
        const { flow, runtime, sleep } = numbers({ errors: { atMost: 1, of: 1000 } })
        const open = all
          .reduce((inner, one) => add(inner, one, sleep), flow)
          .job()
          .open({ capacity })
        const pushed: number[] = []
        void (async () => {
          for await (const n of open.results) pushed.push(n)
        })()

        const outcomes = input.map(({ isPushed, n }) => (isPushed ? open.push(n) : open.execute(n)))
        const ended = open.drain()
        await runtime.elapse(5000)
        const { state } = await ended

        const fates = await Promise.all(outcomes)
        const got = fates.map((outcome) =>
          typeof outcome === 'boolean'
            ? outcome
            : { fate: outcome.fate, results: sorted(outcome.results) },
        )
        const expected = input.map(({ isPushed, n }) => {
          const { isDead, results } = fateOf(n, all)
          const lives = results.length > 0 ? 'used' : 'filtered'
          return isPushed || { fate: isDead ? 'dead' : lives, results: sorted(results) }
        })
        expect(state).toBe('completed')
        expect(got).toEqual(expected)
        const mine = input.filter(({ isPushed }) => isPushed)
        expect(sorted(pushed)).toEqual(sorted(mine.flatMap(({ n }) => fateOf(n, all).results)))
      },
    ),
    { numRuns: 100 },
  )
})
