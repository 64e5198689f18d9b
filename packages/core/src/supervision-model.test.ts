import fc from 'fast-check'
import { expect, it } from 'vitest'

import { hasGroups, ModelTree, type Plan } from './supervision-model.test-support.ts'
import { createWorld, linesOf, modelLinesOf } from './supervision-world.test-support.ts'
import type { AutoShutdown, Strategy } from './supervisor-spec.ts'

const restart = fc.constantFrom('permanent' as const, 'transient' as const, 'temporary' as const)
const budget = fc.record({
  intensity: fc.constantFrom(0, 1, 2, 3, 10, Infinity),
  periodMs: fc.constantFrom(5, 20, 100, Infinity),
})
const backoff = fc.record({
  minMs: fc.constantFrom(1, 3, 7, 11),
  maxMs: fc.constantFrom(13, 29),
  factor: fc.constantFrom(1, 2, 3),
  resetAfterMs: fc.constantFrom(0, 10, 50),
})
const leaf = fc
  .record({
    restart,
    significant: fc.boolean(),
    backoff: fc.option(backoff, { nil: undefined }),
    budget: fc.option(budget, { nil: undefined, freq: 5 }),
  })
  .map(({ backoff, budget, ...plan }): Plan => ({
    id: '',
    ...plan,
    ...(backoff && { backoff }),
    ...(budget && { budget }),
  }))

function supervisorOf(child: fc.Arbitrary<Plan>): fc.Arbitrary<Plan> {
  return fc
    .record({
      restart,
      significant: fc.boolean(),
      backoff: fc.option(backoff, { nil: undefined }),
      strategy: fc.constantFrom<Strategy>('oneForOne', 'oneForAll', 'restForOne', 'dynamic'),
      budget,
      autoShutdown: fc.constantFrom<AutoShutdown>('never', 'anySignificant', 'allSignificant'),
      children: fc.array(child, { minLength: 1, maxLength: 4, size: 'max' }),
    })
    .map(({ restart, significant, backoff, strategy, budget, autoShutdown, children }) => ({
      id: '',
      restart,
      significant,
      ...(backoff && { backoff }),
      supervisor: {
        strategy,
        budget,
        autoShutdown,
        children: strategy === 'dynamic' ? [] : children,
      },
    }))
}

/** Names the nodes and takes `significant` where it may not be. */
function valid(plan: Plan, id: string, parent: AutoShutdown): Plan {
  const { restart, supervisor } = plan
  const significant = plan.significant && parent !== 'never' && restart !== 'permanent'
  if (supervisor === undefined) return { ...plan, id, significant }
  const children = supervisor.children.map((child, index) =>
    valid(child, 'abcd'[index] ?? '', supervisor.autoShutdown),
  )
  return { ...plan, id, significant, supervisor: { ...supervisor, children } }
}

const tree = supervisorOf(
  fc.oneof(
    { weight: 3, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: supervisorOf(
        fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: supervisorOf(leaf) }),
      ),
    },
  ),
).map((plan) => valid({ ...plan, restart: 'temporary' }, 'top', 'never'))

const pick = fc.nat({ max: 1000 })
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('crash', 'exit', 'crash', 'stop'), pick }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('fail'), pick, count: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('crash'),
      pick,
      together: fc.integer({ min: 2, max: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.nat({ max: 40 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('terminate', 'restart', 'delete', 'add'),
      pick,
      id: fc.constantFrom('a', 'b', 'c', 'x', 'y'),
      plan: leaf,
    }),
  },
)
// Few trees fail to start at first, so that most of them live.
const fails = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.subarray(['top/a', 'top/b', 'top/c/a', 'top/b/b', 'top/a/c']) },
)
type Action =
  | { readonly do: string; readonly pick: number }
  | { readonly do: string; readonly pick: number; readonly count: number }
  | { readonly do: string; readonly pick: number; readonly together: number }
  | { readonly do: string; readonly ms: number }
  | { readonly do: string; readonly pick: number; readonly id: string; readonly plan: Plan }

type World = Awaited<ReturnType<typeof createWorld>>

function nodesOf(model: ModelTree, from = model.root): ModelTree['root'][] {
  return [from, ...from.children.flatMap((child) => nodesOf(model, child))]
}

async function act(world: World, model: ModelTree, action: Action): Promise<void> {
  if ('ms' in action) {
    model.advance(action.ms)
    await world.runtime.elapse(action.ms)
    return
  }
  const all = nodesOf(model)
  if ('id' in action) {
    const parents = all.filter((node) => node.plan.supervisor && node.state === 'up')
    const parent = parents[action.pick % Math.max(1, parents.length)]
    if (parent !== undefined) await command(world, model, parent, action)
    return
  }
  if ('count' in action) {
    const leaves = all.filter((node) => node.plan.supervisor === undefined)
    const target = leaves[action.pick % Math.max(1, leaves.length)]
    if (target === undefined) return
    model.failNext(target.path, action.count)
    world.failures.set(target.path, action.count)
    return
  }
  if ('together' in action) {
    const parents = all.filter((node) => node.state === 'up' && !hasGroups(node))
    const { children } = parents[action.pick % Math.max(1, parents.length)] ?? model.root
    const targets = children
      .filter((node) => node.plan.supervisor === undefined && node.state === 'up')
      .slice(0, action.together)
    await world.tell(
      targets.map(({ path }) => path),
      'crash',
    )
    model.exitTogether(targets, true)
    return
  }
  const isLive = (node: ModelTree['root']): boolean =>
    node.plan.supervisor === undefined &&
    (node.state === 'up' || (action.do === 'stop' && node.state === 'waiting'))
  const live = all.filter(isLive)
  const target = live[action.pick % Math.max(1, live.length)]
  if (target === undefined) return
  await world.tell([target.path], action.do as 'crash' | 'exit' | 'stop')
  if (action.do !== 'stop') model.exit(target, action.do === 'crash')
  else if (target.parent !== undefined) model.terminate(target.parent, target)
}

async function command(
  world: World,
  model: ModelTree,
  parent: ModelTree['root'],
  action: { readonly do: string; readonly id: string; readonly plan: Plan },
): Promise<void> {
  const supervisor = world.supervisorAt(parent.path)
  const child = parent.children.find((node) => node.plan.id === action.id)
  const isRunning = child?.state === 'up' || child?.state === 'waiting'
  let expected = 'ok'
  let actual: string
  if (action.do === 'add') {
    const autoShutdown = parent.plan.supervisor?.autoShutdown ?? 'never'
    const plan = valid(action.plan, action.id, autoShutdown)
    if (child !== undefined) expected = 'ACT_DUPLICATE_ID'
    else if (!model.add(parent, plan)) expected = 'failed'
    actual = await world.outcome(world.add(supervisor, plan))
  } else if (action.do === 'terminate') {
    if (child === undefined) expected = 'ACT_NO_CHILD'
    else model.terminate(parent, child)
    actual = await world.outcome(supervisor.terminateChild(action.id))
  } else {
    const isRestart = action.do === 'restart'
    if (child === undefined) expected = 'ACT_NO_CHILD'
    else if (isRunning) expected = 'ACT_CHILD_RUNNING'
    else if (!isRestart) parent.children = parent.children.filter((node) => node !== child)
    else if (!model.restart(child)) expected = child.plan.supervisor ? 'ACT_START' : 'failed'
    const asked = isRestart ? supervisor.restartChild(action.id) : supervisor.deleteChild(action.id)
    actual = await world.outcome(asked)
  }
  expect(`${action.do} ${action.id}: ${actual}`).toBe(`${action.do} ${action.id}: ${expected}`)
}

it('laws 1, 2, 3, 6 to 16 and 18 to 20: any tree does under any faults what the model does', async () => {
  await fc.assert(
    fc.asyncProperty(
      tree,
      fails,
      fc.array(action, { maxLength: 25, size: 'max' }),
      async (plan, fails, actions) => {
        const model = new ModelTree(plan, fails)
        const world = await createWorld(plan, fails)
        for (const next of actions) {
          await act(world, model, next)
          if (model.isAmbiguous) return

          expect(world.trace).toEqual(model.trace)
          expect(linesOf(world.top.inspect())).toEqual(modelLinesOf(model))
        }

        await Promise.all([world.system.stop(), world.runtime.settle()])
        model.stopAll()

        expect(world.trace).toEqual(model.trace)
      },
    ),
    { numRuns: 300 },
  )
})
