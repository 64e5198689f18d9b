import { invariant } from '@millrace/base'
import { type ActorLogic, type AnyActor, createActor, type EventObject } from 'xstate'
import type { InspectionEvent, Snapshot } from 'xstate'

import type { ActorRef } from '../actor.ts'
import { Cell } from '../cell.ts'
import { type LifecycleListener, type LifecycleTap, type Tapped, tapOf } from '../lifecycle-tap.ts'
import type { ChildState } from '../supervisor-spec.ts'
import type { ActorSystem } from '../system.ts'
import { cellMachine } from './cell-machine.ts'

const idle: Snapshot<undefined> = { status: 'active', output: undefined, error: undefined }

/** Stands for the system itself, which has no lifecycle machine. */
const systemLogic: ActorLogic<Snapshot<undefined>, EventObject> = {
  getInitialSnapshot: () => idle,
  transition: (snapshot) => snapshot,
  getPersistedSnapshot: (snapshot) => snapshot,
}

/**
 * Shows the lifecycle of one actor, or of all actors of a system, as XState's own inspection events (`@xstate.actor`,
 * `@xstate.event`, `@xstate.action`, `@xstate.microstep`, `@xstate.snapshot`), for tools that take what `createActor`'s
 * `inspect` gives. It may come at any time: actors that are there already appear in the state they are in. Supervisors do not
 * show, their children do. Returns what detaches it. A listener that throws is reported through the runtime. Nothing is paid
 * for actors while nobody is attached.
 */
export function attachInspector<M>(
  target: ActorSystem | ActorRef<M>,
  listener: (event: InspectionEvent) => void,
): () => void {
  const tap = target instanceof Cell ? target.tap : tapOf(target)
  invariant(tap !== undefined, 'only an actor or a system of this library can be inspected')
  const inspect = (event: InspectionEvent): void => {
    tap.guard(() => listener(event))
  }
  if (target instanceof Cell) return inspectCell(target, inspect)
  const system = target as ActorSystem
  const root = createActor(systemLogic, { id: system.name, inspect }).start()
  const shadows = new Map<string, AnyActor>()
  const show = (actors: readonly ChildState[], parent: AnyActor): void => {
    for (const actor of actors) {
      const shadow = actor.kind === 'actor' ? shadowOf(actor, parent, actor.state) : parent
      if (actor.kind === 'actor') shadows.set(actor.path, shadow)
      show(actor.children, shadow)
    }
  }
  show(system.inspect(), root)
  return tap.add((cell, from, event) => {
    const shadow =
      shadows.get(cell.path) ?? shadowOf(cell, parentOf(cell, shadows) ?? root, event && from)
    follow(shadow, event)
    if (shadow.getSnapshot().status === 'done') shadows.delete(cell.path)
    else shadows.set(cell.path, shadow)
  })
}

interface InspectedCell extends Tapped {
  readonly tap: LifecycleTap
  hasEnded(): boolean
}

function inspectCell(cell: InspectedCell, inspect: (event: InspectionEvent) => void) {
  const snapshot = stateOf(cell.state)
  const shadow = createActor(cellMachine, { id: cell.path, snapshot, inspect }).start()
  if (cell.hasEnded()) return () => undefined
  const listener: LifecycleListener = (moved, _from, event) => {
    if (moved !== cell) return
    follow(shadow, event)
    if (cell.hasEnded()) detach()
  }
  const detach = cell.tap.add(listener)
  return detach
}

/** A live XState actor in the state of the cell (`from`; a new one without): what it goes through is what the cell does. */
function shadowOf(
  cell: { readonly id: string },
  parent: AnyActor,
  from: string | undefined,
): AnyActor {
  const snapshot = from === undefined ? undefined : stateOf(from)
  const options = { id: cell.id, parent, ...(snapshot && { snapshot }) }
  return createActor(cellMachine, options).start()
}

function stateOf(value: string) {
  return cellMachine.resolveState({ value })
}

function follow(shadow: AnyActor, event: string | undefined): void {
  if (event !== undefined) shadow.send({ type: event })
}

/** The nearest actor above; a supervisor in between has no shadow. */
function parentOf(cell: Tapped, shadows: ReadonlyMap<string, AnyActor>): AnyActor | undefined {
  let { path } = cell
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/')) {
    path = path.slice(0, end)
    const shadow = shadows.get(path)
    if (shadow !== undefined) return shadow
  }
  return undefined
}
