import type { Supervisor, SupervisorSpec } from '@millrace/core'
import type { ExploreOptions, Scenario } from '@millrace/testkit'

import { checkAccount, checkEmpty } from '../account.ts'
import { Dice } from '../dice.ts'
import { isAsItShouldBe } from './at-rest.ts'
import { Branch, Leaf, type Task } from './nodes.ts'
import { Observer, sights } from './observer.ts'
import { planActor, planTree } from './plan.ts'
import { type Stage, specOf } from './scripted-actor.ts'

interface World {
  readonly observer: Observer
  isStopped: boolean
}

// Every start, stop, delay and restart is over by then.
const REST_MS = 20_000

/** A tree of supervisors from the seed, a script of failures, exits and commands, a rest, and the end. */
const scenario: Scenario<World> = (simulation) => {
  const dice = new Dice(simulation)
  const plan = planTree(dice)
  const root = new Branch(plan, `${simulation.system.name}/${plan.id}`, undefined)
  const observer = new Observer(simulation, root)
  const stage: Stage = { simulation, dice, observer }
  const world: World = { observer, isStopped: false }
  const supervisor = simulation.system.supervise(specOfBranch(stage, root))
  let lastMs = 0
  for (let count = dice.number(0, 24); count > 0; count--) {
    lastMs += dice.pick([0, 0, 1, 7, 30, 200, 1100])
    simulation.runtime.timer(lastMs, () => {
      act(stage, supervisor)
    })
  }
  simulation.runtime.timer(lastMs + REST_MS, () => {
    for (const fault of isAsItShouldBe(root)) observer.breach(fault)
    for (const leaf of observer.leaves.values()) checkIgnored(observer, supervisor, leaf)
    void simulation.system.stop().finally(() => {
      world.isStopped = true
    })
  })
  return world
}

function specOfBranch(stage: Stage, branch: Branch): SupervisorSpec {
  const { plan, path } = branch
  stage.observer.branches.set(path, branch)
  const { id, strategy, intensity, periodMs, autoShutdown, restart, significant, shutdownMs } = plan
  const backoff = plan.backoff === undefined ? {} : { backoff: plan.backoff }
  const children = plan.children.map((child) => {
    const below = `${path}/${child.id}`
    if (child.kind === 'supervisor') {
      const inner = new Branch(child, below, branch)
      branch.children.push(inner)
      return specOfBranch(stage, inner)
    }
    return specOf(stage, newLeaf(stage, new Leaf(child, below, branch), branch))
  })
  const settings = { id, strategy, intensity, periodMs, autoShutdown, restart, significant }
  return { ...settings, ...backoff, shutdownMs, ...(strategy === 'dynamic' ? {} : { children }) }
}

function newLeaf(stage: Stage, leaf: Leaf, branch: Branch): Leaf {
  branch.children.push(leaf)
  stage.observer.leaves.set(leaf.path, leaf)
  return leaf
}

/** One line of the script: a task for one or several actors, a child more or less. */
function act(stage: Stage, root: Supervisor): void {
  const { dice, observer } = stage
  const kind = dice.pick(['tell', 'tell', 'tell', 'command', 'add'] as const)
  const branches = [...observer.branches.values()]
  if (kind === 'add') {
    const dynamic = branches.filter(({ plan }) => plan.strategy === 'dynamic')
    if (dynamic.length > 0) return add(stage, root, dice.pick(dynamic))
  }
  if (kind === 'command') {
    const alone = branches.filter(
      (branch) => !branch.hasGroups && branch.children.some((child) => child.kind === 'actor'),
    )
    if (alone.length > 0) return command(stage, root, dice.pick(alone))
  }
  for (let count = dice.number(1, 3); count > 0; count--) {
    const { ref } = dice.pick([...observer.leaves.values()])
    ref?.tell(taskOf(dice))
  }
}

function taskOf(dice: Dice): Task {
  const kind = dice.pick([
    'crash',
    'crash',
    'exit',
    'work',
    'setTimer',
    'workSlowly',
    'crashSlowly',
    'exitSlowly',
  ] as const)
  if (kind === 'crash' || kind === 'exit' || kind === 'work') return { kind }
  return { kind, ms: dice.pick([1, 10, 100]) }
}

function add(stage: Stage, root: Supervisor, branch: Branch): void {
  const supervisor = find(root, branch)
  const { autoShutdown } = branch.plan
  const id = `d${stage.observer.leaves.size}`
  const plan = planActor(stage.dice, { id, depth: 4, autoShutdown })
  const leaf = new Leaf(plan, `${branch.path}/${id}`, branch)
  if (supervisor === undefined) return
  newLeaf(stage, leaf, branch)
  void supervisor.start(specOf(stage, leaf)).catch(() => {})
}

/** Stops an actor for good, or starts one that ended, whatever its type. */
function command(stage: Stage, root: Supervisor, branch: Branch): void {
  const { dice } = stage
  const leaf = dice.pick(branch.children.filter((child) => child.kind === 'actor'))
  const supervisor = find(root, branch)
  if (supervisor === undefined) return
  const { id } = leaf.plan
  const handle = supervisor.whichChildren().find((child) => child.id === id)
  // A second one that waits its turn would start what came to nothing the first time.
  if (handle === undefined || leaf.command === 'restart') return
  branch.isVague = true
  leaf.command = handle.state === 'stopped' ? 'restart' : 'terminate'
  if (leaf.command === 'restart') void supervisor.restartChild(id).catch(() => {})
  else void supervisor.terminateChild(id).catch(() => {})
}

function find(root: Supervisor, branch: Branch): Supervisor | undefined {
  if (branch.owner === undefined) return root
  const above = find(root, branch.owner)
  const handle = above?.whichChildren().find(({ id }) => id === branch.plan.id)
  return handle?.kind === 'supervisor' ? handle.supervisor : undefined
}

/** Law 2: what has nothing to run stays as a specification, where its supervisor runs. */
function checkIgnored(observer: Observer, root: Supervisor, leaf: Leaf): void {
  const { life, owner, path, plan } = leaf
  if (owner === undefined || life?.isIgnored !== true || leaf.command !== undefined) return
  const supervisor = find(root, owner)
  if (supervisor?.inspect().state !== 'running') return
  const handle = supervisor.whichChildren().find(({ id }) => id === plan.id)
  const isKept = plan.restart !== 'temporary' && owner.plan.strategy !== 'dynamic'
  const state = handle?.state ?? 'gone'
  if (state !== (isKept ? 'stopped' : 'gone'))
    observer.breach(`law 2: ${path}, ignored, is ${state}`)
}

/** What holds at every step, and at the end. */
const checks: ExploreOptions<World> = {
  invariants: {
    'the laws of supervision': ({ observer }) => observer.verify(),
    'all messages are accounted for': (_world, simulation) => checkAccount(simulation),
  },
  always: {
    'the system has stopped': ({ isStopped }) => isStopped,
    'nobody is left': ({ observer }) => observer.leftAt(observer.root.path).length === 0,
    'no message is left': (_world, simulation) => checkEmpty(simulation),
    'nobody spins': (_world, simulation) => simulation.turns < 3000,
  },
  sometimes: Object.fromEntries(
    sights.map((sight) => [sight, ({ observer }: World) => observer.seen.has(sight)]),
  ),
  mode: 'swarm',
  maxTurns: 5000,
}

export const supervision: {
  readonly scenario: Scenario<World>
  readonly checks: ExploreOptions<World>
} = { scenario, checks }
