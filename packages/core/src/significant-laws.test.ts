import fc from 'fast-check'
import { expect, it } from 'vitest'

import { ModelTree, type Plan } from './supervision-model.test-support.ts'
import { createWorld, linesOf, modelLinesOf } from './supervision-world.test-support.ts'

const delaysMs = [7, 11, 13, 17]

const child = fc.record({
  restart: fc.constantFrom('transient' as const, 'transient' as const, 'temporary' as const),
  significant: fc.constantFrom(true, true, true, true, false),
  waits: fc.constantFrom(true, true, false),
})
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('crash', 'exit'), pick: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('terminate'), pick: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('advance'), pick: fc.nat(20) }) },
)

it('law 18: the first or the last significant child that ends by itself ends its supervisor; one that waits for its restart has not ended', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(child, { minLength: 1, maxLength: 4, size: 'max' }),
      fc.constantFrom('allSignificant' as const, 'anySignificant' as const),
      fc.array(action, { maxLength: 12, size: 'max' }),
      async (kinds, autoShutdown, actions) => {
        const children = kinds.map(({ waits, ...kind }, index): Plan => {
          const delayMs = delaysMs[index] ?? 0
          const backoff = { minMs: delayMs, maxMs: delayMs }
          return { id: 'abcd'[index] ?? '', ...kind, ...(waits && { backoff }) }
        })
        const budget = { intensity: Infinity, periodMs: 100 }
        const supervisor = { strategy: 'oneForOne', budget, autoShutdown, children } as const
        const plan: Plan = { id: 'top', restart: 'temporary', significant: false, supervisor }
        const model = new ModelTree(plan)
        const world = await createWorld(plan)

        for (const { do: what, pick } of actions) {
          const node = model.root.children[pick % Math.max(1, model.root.children.length)]
          if (what === 'advance') {
            model.advance(pick)
            await world.runtime.elapse(pick)
          } else if (node !== undefined && what === 'terminate') {
            model.terminate(model.root, node)
            await world.outcome(world.top.terminateChild(node.plan.id))
          } else if (node?.state === 'up') {
            await world.tell(node.path, what === 'crash' ? 'crash' : 'exit')
            model.exit(node, what === 'crash')
          }
          if (model.isAmbiguous) return

          expect(world.trace).toEqual(model.trace)
          expect(linesOf(world.top.inspect())).toEqual(modelLinesOf(model))
        }
      },
    ),
    { numRuns: 400 },
  )
})
