import { invariant } from '@millrace/base'
import {
  type ActorLogic,
  type AnyActor,
  type AnyStateMachine,
  createActor,
  type EventObject,
} from 'xstate'
import type { InspectionEvent, Snapshot } from 'xstate'

import type { ActorRef } from '../actor.ts'
import { Cell } from '../cell.ts'
import {
  type LifecycleKind,
  type LifecycleListener,
  type LifecycleTap,
  type Tapped,
  tapOf,
} from '../lifecycle-tap.ts'
import type { ChildState } from '../supervisor-spec.ts'
import type { ActorSystem } from '../system.ts'
import { cellMachine, type CellMachineEvent } from './cell-machine.ts'
import { supervisorMachine } from './supervisor-machine.ts'

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
 * `inspect` gives. Of a system, supervisors show too. It may come at any time: what is there already appears in the state it
 * is in. Returns what detaches it. A listener that throws is reported through the runtime. Nothing is paid while nobody is
 * attached.
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
  const show = (children: readonly ChildState[]): void => {
    for (const child of children) {
      if (isShown(child)) shadows.set(child.path, shadowOf(child, shadows, root))
      show(child.children)
    }
  }
  show(system.inspect())
  return tap.add(({ path }, from, event, kind) => {
    const known = shadows.get(path)
    const isKnown = known !== undefined && known.getSnapshot().value === from
    const shadow = isKnown
      ? known
      : shadowOf({ path, kind, state: from, isNew: event === undefined }, shadows, root)
    if (event !== undefined) shadow.send({ type: event })
    if (shadow.getSnapshot().status === 'done') shadows.delete(path)
    else shadows.set(path, shadow)
  })
}

/** A supervisor between two incarnations has no lifecycle to show. */
function isShown({ kind, state }: ChildState): boolean {
  return kind === 'actor' || state in supervisorMachine.states
}

interface InspectedCell extends Tapped {
  readonly tap: LifecycleTap
  hasEnded(): boolean
}

function inspectCell(cell: InspectedCell, inspect: (event: InspectionEvent) => void) {
  const snapshot = cellMachine.resolveState({ value: cell.state })
  const shadow = createActor(cellMachine, { id: cell.path, snapshot, inspect }).start()
  if (cell.hasEnded()) return () => undefined
  const listener: LifecycleListener = (moved, _from, event) => {
    if (moved !== cell) return
    if (event !== undefined) shadow.send({ type: event } as CellMachineEvent)
    if (cell.hasEnded()) detach()
  }
  const detach = cell.tap.add(listener)
  return detach
}

interface Shadowed {
  readonly path: string
  readonly kind: LifecycleKind
  readonly state: string
  readonly isNew?: boolean
}

/** A live XState actor in the same state, below the nearest one above it: it goes through what the other goes through. */
function shadowOf(
  { path, kind, state, isNew = false }: Shadowed,
  shadows: ReadonlyMap<string, AnyActor>,
  root: AnyActor,
): AnyActor {
  const machine: AnyStateMachine = kind === 'actor' ? cellMachine : supervisorMachine
  const end = path.lastIndexOf('/')
  const options = { id: path.slice(end + 1), parent: parentOf(path, shadows) ?? root }
  const isInitial = isNew && machine.root.initial.target[0]?.key === state
  const snapshot = isInitial
    ? {}
    : { snapshot: machine.resolveState({ value: state, context: {} }) }
  return createActor(machine, { ...options, ...snapshot }).start()
}

function parentOf(path: string, shadows: ReadonlyMap<string, AnyActor>): AnyActor | undefined {
  let above = path
  for (let end = above.lastIndexOf('/'); end > 0; end = above.lastIndexOf('/')) {
    above = above.slice(0, end)
    const shadow = shadows.get(above)
    if (shadow !== undefined) return shadow
  }
  return undefined
}
