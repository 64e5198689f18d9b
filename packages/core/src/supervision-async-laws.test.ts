import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorContext, ActorRef, ActorSpec } from './actor.ts'
import { createManualRuntime, type ManualRuntime } from './manual-runtime.ts'
import type {
  ChildHandle,
  ChildState,
  Strategy,
  Supervisor,
  SupervisorSpec,
} from './supervisor-spec.ts'
import { createActorSystem } from './system.ts'

/** Actors that take their time: to be made, to handle, to stop. */
interface Slowness {
  readonly createMs: number
  readonly failEvery: number
  readonly stopMs: number
  readonly shutdownMs: number
}

class World {
  readonly runtime: ManualRuntime = createManualRuntime()
  readonly system = createActorSystem({ runtime: this.runtime })
  readonly live = new Map<string, ActorContext<string>>()
  readonly faults: string[] = []
  created = 0

  /** A leaf that says when two of its incarnations live at once. */
  leaf(id: string, slowness: Slowness, extra: Partial<ActorSpec<string>>): ActorSpec<string> {
    const { createMs, failEvery, stopMs, shutdownMs } = slowness
    let starts = 0
    return {
      id,
      shutdownMs,
      ...extra,
      create: async (context) => {
        const { path } = context.self
        this.created++
        if (this.live.get(path)?.signal.aborted === false) this.faults.push(`two of ${path}`)
        this.live.set(path, context)
        if (createMs > 0) await this.#sleep(createMs)
        if (failEvery > 0 && ++starts % failEvery === 0) throw new Error('cannot start')
        return {
          receive: async (message) => {
            if (message === 'slow') await this.#sleep(4)
            if (message === 'exit') context.stop()
            if (message === 'crash') throw new Error('crash')
          },
          onStop: () => this.#sleep(stopMs),
        }
      },
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (ms < Infinity) this.runtime.timer(ms, resolve)
    })
  }
}

const slowness = fc.record({
  createMs: fc.constantFrom(0, 3, 10),
  failEvery: fc.constantFrom(0, 0, 2, 3),
  stopMs: fc.constantFrom(0, 4, 9, Infinity),
  shutdownMs: fc.constantFrom(0, 6, 20),
})
const leaf = fc.record({
  slowness,
  restart: fc.constantFrom('permanent' as const, 'transient' as const, 'temporary' as const),
  delayMs: fc.constantFrom(0, 0, 5),
})
type Leaf = typeof leaf extends fc.Arbitrary<infer T> ? T : never
interface Branch {
  readonly strategy: Strategy
  readonly intensity: number
  readonly leaves: Leaf[]
  readonly branches: Branch[]
}
const branch: fc.Memo<Branch> = fc.memo((depth) =>
  fc.record({
    strategy: fc.constantFrom<Strategy>('oneForOne', 'oneForAll', 'restForOne'),
    intensity: fc.constantFrom(0, 1, 3),
    leaves: fc.array(leaf, { minLength: 1, maxLength: 3, size: 'max' }),
    branches:
      depth > 1 ? fc.array(branch(depth - 1), { maxLength: 2, size: 'max' }) : fc.constant([]),
  }),
)

function specOf(
  world: World,
  id: string,
  { strategy, intensity, leaves, branches }: Branch,
): SupervisorSpec {
  const children = [
    ...leaves.map(({ slowness, restart, delayMs }, index) =>
      world.leaf(`l${index}`, slowness, { restart, backoff: { minMs: delayMs, maxMs: delayMs } }),
    ),
    ...branches.map((inner, index) => specOf(world, `b${index}`, inner)),
  ]
  return { id, strategy, intensity, periodMs: Infinity, children }
}

function handlesBelow(supervisor: Supervisor): ChildHandle[] {
  return supervisor
    .whichChildren()
    .flatMap((child) =>
      child.kind === 'actor' ? [child] : [child, ...handlesBelow(child.supervisor)],
    )
}

function statesOf(state: ChildState): string[] {
  return [`${state.kind} ${state.state}`, ...state.children.flatMap((child) => statesOf(child))]
}

const step = fc.record({
  do: fc.constantFrom('crash', 'exit', 'slow', 'stop', 'terminate', 'restart', 'delete', 'add'),
  pick: fc.nat({ max: 100 }),
  thenMs: fc.constantFrom(0, 0, 1, 3, 7, 30),
  leaf,
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function act(world: World, top: Supervisor, { do: what, pick, leaf }: Step): void {
  const handles = handlesBelow(top)
  const handle = handles[pick % Math.max(1, handles.length)]
  if (handle === undefined) return
  const supervisors = [
    top,
    ...handles.flatMap((h) => (h.kind === 'supervisor' ? [h.supervisor] : [])),
  ]
  const parent = supervisors[pick % supervisors.length] ?? top
  const child = parent.whichChildren()[pick % 3]?.id ?? 'none'
  const ignored = (): void => undefined
  if (what === 'terminate') parent.terminateChild(child).catch(ignored)
  else if (what === 'restart') parent.restartChild(child).catch(ignored)
  else if (what === 'delete') parent.deleteChild(child).catch(ignored)
  else if (what === 'add') {
    const { slowness, restart } = leaf
    parent.start(world.leaf(`x${pick}`, slowness, { restart })).catch(ignored)
  } else if (handle.kind === 'supervisor') {
    if (what === 'stop') void handle.supervisor.stop()
  } else if (what === 'stop') void handle.ref.stop()
  else (handle.ref as ActorRef<string>).tell(what)
}

const settledStates = new Set([
  'supervisor running',
  'supervisor stopped',
  'actor running',
  'actor stopped',
  'actor down',
  'supervisor down',
])

it('laws 4, 15, 20 and 30: slow trees under faults at any time have one incarnation of each, come to rest, and end as a whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      branch(3),
      fc.array(step, { maxLength: 20, size: 'max' }),
      async (tree, steps) => {
        const world = new World()
        const { runtime, system } = world
        const top = system.supervise(specOf(world, 'top', tree))
        for (const next of steps) {
          await runtime.elapse(next.thenMs)
          act(world, top, next)
        }
        // Whatever fails again and again has used up all budgets by then.
        await runtime.elapse(30_000)

        expect(world.faults).toEqual([])
        const restless = statesOf(top.inspect()).filter((state) => !settledStates.has(state))
        expect(restless).toEqual([])

        let hasEnded = false
        void system.stop().then(() => (hasEnded = true))
        await runtime.elapse(1000)
        const { created } = world
        await runtime.elapse(1000)

        expect(hasEnded).toBe(true)
        expect(world.created).toBe(created)
        expect(system.inspect()).toEqual([])
        expect([...world.live.values()].filter(({ signal }) => !signal.aborted)).toEqual([])
      },
    ),
    { numRuns: 150 },
  )
})
