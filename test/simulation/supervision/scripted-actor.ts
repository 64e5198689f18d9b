import { type ActorContext, type ActorSpec, type Behavior, ignore } from '@millrace/core'
import { isMillraceError } from '@millrace/base'
import type { Simulation } from '@millrace/testkit'

import type { Dice } from '../dice.ts'
import { Leaf, type Life, type Task } from './nodes.ts'
import type { Observer } from './observer.ts'
import { type ActorPlan, planActor } from './plan.ts'

/** What a scripted actor lives in. */
export interface Stage {
  readonly simulation: Simulation
  readonly dice: Dice
  readonly observer: Observer
}

class Scripted extends Error {}

/** The specification of a planned actor: it does what it is told and tells the observer. */
export function specOf(stage: Stage, leaf: Leaf): ActorSpec<Task> {
  const { plan } = leaf
  const begin = (context: ActorContext<Task>): Life => stage.observer.created(leaf, context)
  const finish = (context: ActorContext<Task>, life: Life): Behavior<Task> | typeof ignore => {
    const odds = plan.failsOneIn[context.incarnation === 1 ? 0 : 1]
    if (odds < 1000 && stage.dice.once(odds)) {
      stage.observer.ends(life, 'startFailed')
      throw new Scripted(`${leaf.path} cannot start`)
    }
    if (plan.ignoresOneIn < 1000 && stage.dice.once(plan.ignoresOneIn)) {
      stage.observer.ignores(life)
      return ignore
    }
    for (let index = 0; index < plan.spawns; index++) spawn(stage, leaf, context, index)
    life.wasUp = true
    life.upMs = stage.simulation.elapsedMs
    life.busyUntilMs = life.upMs
    return behaviorOf(stage, life, context)
  }
  return {
    id: plan.id,
    restart: plan.restart,
    significant: plan.significant,
    shutdownMs: plan.shutdownMs,
    keepChildren: plan.keepsChildren,
    ...(plan.backoff === undefined ? {} : { backoff: plan.backoff }),
    ...(plan.budget === undefined ? {} : { budget: plan.budget }),
    create:
      plan.startMs === 0
        ? (context) => finish(context, begin(context))
        : async (context) => {
            const life = begin(context)
            await stage.simulation.sleep(plan.startMs)
            return finish(context, life)
          },
  }
}

function spawn(stage: Stage, leaf: Leaf, context: ActorContext<Task>, index: number): void {
  const place = { id: `s${index}`, depth: 5, autoShutdown: 'never' } as const
  const plan: ActorPlan = { ...planActor(stage.dice, place), restart: 'temporary' }
  const child = new Leaf(plan, `${leaf.path}/${plan.id}`, leaf)
  const before = stage.observer.leaves.get(child.path)
  const ref = context.spawn(specOf(stage, child))
  const isKept = ref === before?.ref
  stage.observer.spawned(before ?? child, isKept)
  if (isKept) return
  child.ref = ref
  stage.observer.leaves.set(child.path, child)
}

function behaviorOf(stage: Stage, life: Life, context: ActorContext<Task>): Behavior<Task> {
  const { simulation, observer } = stage
  const { path, plan } = life.leaf
  const work = new Work(stage, life, context)
  return {
    receive(task) {
      if (life.handling++ > 0) observer.breach(`single turn: ${path} handles two messages at once`)
      if (life.overMs !== undefined) observer.breach(`law 24: ${path} handles after its end`)
      try {
        const result = work.do(task)
        if (result === undefined) life.handling--
        return result?.finally(() => {
          life.handling--
          life.busyUntilMs = simulation.elapsedMs
        })
      } catch (error) {
        life.handling--
        throw error
      }
    },
    onStop() {
      observer.stopBegan(life)
      if (plan.stop === 'throws') {
        observer.stopEnded(life)
        throw new Scripted(`${path} cannot stop`)
      }
      if (plan.stop === 'at once') {
        observer.stopEnded(life)
        return undefined
      }
      return simulation.sleep(30).finally(() => {
        observer.stopEnded(life)
      })
    },
  }
}

/** What an incarnation does with its tasks. */
class Work {
  readonly #stage: Stage
  readonly #life: Life
  readonly #context: ActorContext<Task>

  constructor(stage: Stage, life: Life, context: ActorContext<Task>) {
    this.#stage = stage
    this.#life = life
    this.#context = context
  }

  do(task: Task): void | Promise<void> {
    const context = this.#context
    switch (task.kind) {
      case 'work':
        return undefined
      case 'crash':
        return this.#crash()
      case 'exit':
        return this.#exit()
      case 'setTimer':
        return context.timers.once('timer', task.ms, {
          kind: 'timer',
          incarnation: context.incarnation,
        })
      case 'timer':
        if (task.incarnation === context.incarnation) return undefined
        return this.#stage.observer.breach(
          `law 24: a timer of incarnation ${task.incarnation} in ${context.incarnation} of ${context.self.path}`,
        )
      default:
        return this.#later(task)
    }
  }

  async #later(task: Task & { readonly ms: number }): Promise<void> {
    // Not on the millisecond: whether a handler fails before its deadline or at it is not seen from outside.
    await this.#stage.simulation.sleep(task.ms + this.#life.leaf.offsetMs)
    if (this.#life.overMs !== undefined) {
      this.#checkRevoked()
      return
    }
    if (task.kind === 'crashSlowly') this.#crash()
    if (task.kind === 'exitSlowly') this.#exit()
  }

  #crash(): never {
    this.#stage.observer.ends(this.#life, 'crash')
    throw new Scripted(`${this.#context.self.path} crashed`)
  }

  #exit(): void {
    this.#stage.observer.ends(this.#life, 'exit')
    this.#context.stop()
  }

  /** A killed handler goes on, but nothing that it does counts. */
  #checkRevoked(): void {
    const { path } = this.#life.leaf
    try {
      this.#context.timers.once('late', 1, { kind: 'work' })
      this.#stage.observer.breach(`law 4: ${path} set a timer after its end`)
    } catch (error) {
      if (!isMillraceError(error, 'ACT_REVOKED'))
        this.#stage.observer.breach(`law 4: ${path} may do things after its end`)
    }
  }
}
