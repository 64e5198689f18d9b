import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { RestartType } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { ModelTree, type Plan } from './supervision-model.test-support.ts'
import { linesOf, modelLinesOf, specOf } from './supervision-world.test-support.ts'
import type { AutoShutdown, ChildState, Strategy, SupervisorSpec } from './supervisor-spec.ts'
import { createActorSystem } from './system.ts'

// Faults are rare in each place, so that about half of the trees have none.
const shared = {
  restart: fc.constantFrom<RestartType>('transient', 'temporary', 'transient', 'permanent'),
  significant: fc.constantFrom(false, false, false, false, true),
  /** True for the id of its elder sibling. */
  isTwin: fc.nat({ max: 15 }).map((draw) => draw === 0),
}
type Draft = Omit<Plan, 'id' | 'supervisor'> & {
  readonly isTwin: boolean
  readonly strategy?: Strategy
  readonly autoShutdown?: AutoShutdown
  readonly children?: readonly Draft[]
}

function supervisorOf(child: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> {
  return fc.record({
    ...shared,
    strategy: fc.constantFrom<Strategy>('oneForOne', 'oneForAll', 'restForOne', 'dynamic'),
    autoShutdown: fc.constantFrom<AutoShutdown>('never', 'anySignificant', 'allSignificant'),
    children: fc.oneof(
      { weight: 3, arbitrary: fc.array(child, { maxLength: 3, size: 'max' }) },
      { weight: 1, arbitrary: fc.constant([]) },
    ),
  })
}
const leaf: fc.Arbitrary<Draft> = fc.record(shared)
const drafts = supervisorOf(fc.oneof(leaf, supervisorOf(fc.oneof(leaf, supervisorOf(leaf)))))
const budget = { intensity: 3, periodMs: 1000 }

function planOf(draft: Draft, id: string): Plan {
  const { restart, significant, strategy, autoShutdown = 'never', children = [] } = draft
  if (strategy === undefined) return { id, restart, significant }
  const plans = children.map((child, index) =>
    planOf(child, 'abc'[child.isTwin && index > 0 ? index - 1 : index] ?? ''),
  )
  const supervisor = { strategy, budget, autoShutdown, children: plans }
  return { id, restart, significant, supervisor }
}

/** What the rules for specifications find wrong, with where it is. */
function faultsOf(plan: Plan, at: string, parent: AutoShutdown): string[] {
  const { restart, significant, supervisor } = plan
  const faults: string[] = []
  if (significant && restart === 'permanent')
    faults.push(`${at}a permanent child cannot be significant`)
  if (significant && parent === 'never') {
    faults.push(
      `${at}significant needs a parent with autoShutdown anySignificant or allSignificant`,
    )
  }
  if (supervisor === undefined) return faults
  const { autoShutdown, children, strategy } = supervisor
  if (strategy === 'dynamic' && children.length > 0) {
    faults.push(`${at}a dynamic supervisor takes no children in its specification`)
    faults.push('start them later')
  }
  const ids = children.map(({ id }) => id)
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) < index) faults.push(`${at}two children have the id "${id}"`)
  }
  return [
    ...faults,
    ...children.flatMap((child) => faultsOf(child, `${at}${child.id}: `, autoShutdown)),
  ]
}

interface Start {
  readonly refusals: readonly string[]
  /** What was started, and what is there. */
  readonly trace: readonly string[]
  readonly lines: readonly string[]
}

/** What the model makes of a tree. */
function expectedOf(plan: Plan): Start {
  const refusals = faultsOf(plan, '', 'never').toSorted()
  if (refusals.length > 0) return { refusals, trace: [], lines: [] }
  const model = new ModelTree(plan)
  return { refusals, trace: model.trace, lines: modelLinesOf(model) }
}

/** Starts a tree by itself, or below a supervisor that runs already. */
async function start(plan: Plan, isLater: boolean): Promise<Start> {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const trace: string[] = []
  const spec = specOf(plan, trace, new Map()) as SupervisorSpec
  const above = isLater ? system.supervise({ id: 'above', strategy: 'dynamic' }) : undefined
  const asked = async (): Promise<unknown> => above?.start(spec) ?? system.supervise(spec)
  const refusals = asked().then(
    () => [],
    (error: unknown) => refusalsOf(error as Error),
  )
  await runtime.settle()
  const there = above === undefined ? system.inspect() : childrenOf(system.inspect())
  const below = (line: string): string => line.replaceAll('above/', '')
  return {
    refusals: await refusals,
    trace: trace.map(below),
    lines: there.flatMap(linesOf).map(below),
  }
}

function childrenOf(states: readonly ChildState[]): readonly ChildState[] {
  return states.flatMap((state) => (state.kind === 'supervisor' ? state.children : []))
}

function refusalsOf({ message }: Error): string[] {
  const told = message.replace('The specification of actor "top" is wrong: ', '')
  return told.replace(/\.$/, '').split('; ').toSorted()
}

it('law 17: a tree with a fault anywhere is refused with all its faults before anything starts, one without starts as the model does', async () => {
  await fc.assert(
    fc.asyncProperty(drafts, fc.boolean(), async (draft, isLater) => {
      const plan = planOf(draft, 'top')

      expect(await start(plan, isLater)).toEqual(expectedOf(plan))
    }),
    { numRuns: 300 },
  )
})
