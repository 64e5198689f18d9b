import { isMillraceError } from '@millrace/base'

import type { ActorSpec } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import type { ModelTree, Plan } from './supervision-model.test-support.ts'
import type { ChildHandle, ChildState, Supervisor, SupervisorSpec } from './supervisor-spec.ts'
import { createActorSystem } from './system.ts'

/** The specification of a plan; its actors trace what happens to them, crash on `crash`, end on `exit`. */
export function specOf(
  plan: Plan,
  trace: string[],
  failures: Map<string, number>,
): ActorSpec<string> | SupervisorSpec {
  const { supervisor, ...shared } = plan
  if (supervisor !== undefined) {
    const children = supervisor.children.map((child) => specOf(child, trace, failures))
    const { strategy, autoShutdown, budget } = supervisor
    return { ...shared, strategy, autoShutdown, ...budget, children }
  }
  return {
    ...shared,
    create(context) {
      const path = context.self.path.replace('millrace/', '')
      const left = failures.get(path) ?? 0
      failures.set(path, Math.max(0, left - 1))
      trace.push(`${left > 0 ? 'fails' : 'starts'} ${path} ${context.incarnation}`)
      if (left > 0) throw new Error(`${path} cannot start`)
      return {
        receive(message) {
          if (message === 'crash') throw new Error(`${path} crashed`)
          context.stop()
        },
        onStop() {
          trace.push(`stops ${path} ${context.incarnation}`)
        },
      }
    },
  }
}

/** The real thing beside the model, on a virtual clock. */
export async function createWorld(plan: Plan, firstFails: readonly string[] = []) {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const trace: string[] = []
  const failures = new Map(firstFails.map((path) => [path, 1]))
  const top = system.supervise(specOf(plan, trace, failures))
  await runtime.settle()

  const handleOf = (path: string): ChildHandle => {
    let handle: ChildHandle = { kind: 'supervisor', id: 'top', state: '', supervisor: top }
    for (const id of path.split('/').slice(1)) {
      const children: readonly ChildHandle[] =
        handle.kind === 'supervisor' ? handle.supervisor.whichChildren() : []
      const found = children.find((child) => child.id === id)
      if (found === undefined) throw new Error(`${path} is not there`)
      handle = found
    }
    return handle
  }
  return {
    runtime,
    system,
    top,
    trace,
    failures,
    supervisorAt(path: string): Supervisor {
      const handle = handleOf(path)
      if (handle.kind !== 'supervisor') throw new Error(`${path} is an actor`)
      return handle.supervisor
    },
    /** Tells all at one instant. */
    async tell(
      paths: string | readonly string[],
      message: 'crash' | 'exit' | 'stop',
    ): Promise<void> {
      for (const path of [paths].flat()) {
        const handle = handleOf(path)
        if (handle.kind !== 'actor') throw new Error(`${path} is a supervisor`)
        if (message === 'stop') void handle.ref.stop()
        else handle.ref.tell(message)
      }
      await runtime.settle()
    },
    /** The code of the error, `failed` for another one, else `ok`. */
    async outcome(asked: Promise<unknown>): Promise<string> {
      const outcome = asked.then(
        () => 'ok',
        (error: unknown) => (isMillraceError(error) ? error.code : 'failed'),
      )
      await runtime.settle()
      return outcome
    },
    add: (to: Supervisor, child: Plan): Promise<unknown> =>
      to.start(specOf(child, trace, failures) as ActorSpec<string>),
  }
}

const names = new Map([
  ['running', 'up'],
  ['backingOff', 'waiting'],
  ['stopped', 'ended'],
])

/** A real tree as lines. */
export function linesOf(state: ChildState): string[] {
  const { path, incarnation, kind } = state
  const name = names.get(state.state) ?? state.state
  const own = `${path.replace('millrace/', '')} ${name}`
  if (kind === 'actor') {
    return [`${own} ${incarnation} budget ${String(state.budget?.restarts ?? '')}`]
  }
  if (name !== 'up') return [own]
  const children = state.children.flatMap((child) => linesOf(child))
  return [`${own} budget ${String(state.budget.restarts)}`, ...children]
}

/** The model's tree as lines. */
export function modelLinesOf(model: ModelTree, node = model.root): string[] {
  const own = `${node.path} ${node.state}`
  const within = (log: readonly number[], periodMs: number): string =>
    String(log.filter((at) => at >= model.nowMs - periodMs))
  const { supervisor, budget } = node.plan
  if (supervisor === undefined) {
    const log = budget === undefined ? '' : within(node.ownLog, budget.periodMs)
    return [`${own} ${node.count} budget ${log}`]
  }
  if (node.state !== 'up') return [own]
  const children = node.children.flatMap((child) => modelLinesOf(model, child))
  return [`${own} budget ${within(node.log, supervisor.budget.periodMs)}`, ...children]
}
