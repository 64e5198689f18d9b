import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  EmittedFrom,
  EventFromLogic,
  EventObject,
  InputFrom,
  SnapshotFrom,
} from 'xstate'

import type { ActorContext, ActorRef, ActorSpec, ActorTimers, Behavior } from '../actor.ts'
import { DueEvent, MachineScope } from './machine-scope.ts'

/** The question of `readSnapshot`. */
export class SnapshotRequest<T> {
  readonly reply: (snapshot: T) => void

  constructor(reply: (snapshot: T) => void) {
    this.reply = reply
  }
}

/** What a machine actor understands: the events of its machine, and the question for its snapshot. */
export type MachineMessage<Machine extends AnyStateMachine> =
  | EventFromLogic<Machine>
  | SnapshotRequest<SnapshotFrom<Machine>>

/** The members of an actor's specification but `create`, the machine's input, and what to do with what it tells. */
export type FromMachineOptions<Machine extends AnyStateMachine> = Omit<
  ActorSpec<MachineMessage<Machine>>,
  'create'
> & {
  /** Called once per incarnation: implementations of actions, guards, delays and children that use the actor's context. */
  provide?(context: ActorContext<MachineMessage<Machine>>): Parameters<Machine['provide']>[0]
  /** Called after the start and after each event, with the state that was reached. A throw is a crash. */
  onSnapshot?(snapshot: SnapshotFrom<Machine>): void
  /** Gets what `emit` actions emit; nobody does by default. */
  onEmit?(event: EmittedFrom<Machine>): void
  /** Gets what `log` actions log; nobody does by default. */
  onLog?(...args: unknown[]): void
} & (undefined extends InputFrom<Machine>
    ? { readonly input?: InputFrom<Machine> }
    : { readonly input: InputFrom<Machine> })

/**
 * The specification of an actor that runs an XState v5 machine: one pure transition per message, then its actions.
 * `after` and other delays are timers of the actor (milliseconds, virtual in simulation); invoked and spawned children live
 * inside the incarnation and end with it. An action that throws, and a child's error that no state handles, is a crash;
 * a final state is a normal end.
 */
export function fromMachine<Machine extends AnyStateMachine>(
  machine: Machine,
  options: FromMachineOptions<Machine>,
): ActorSpec<MachineMessage<Machine>> {
  const spec: ActorSpec<MachineMessage<Machine>> = {
    ...options,
    create: (context) =>
      new MachineBehavior(
        options.provide === undefined ? machine : machine.provide(options.provide(context)),
        context,
        options,
      ),
  }
  // A supervisor refuses what no specification has.
  for (const key of ['input', 'provide', 'onSnapshot', 'onEmit', 'onLog']) {
    Reflect.deleteProperty(spec, key)
  }
  return spec
}

/** The snapshot a machine actor answers with; its messages tell. */
export type SnapshotOf<M> =
  Extract<M, SnapshotRequest<never>> extends SnapshotRequest<infer T> ? T : never

/**
 * Asks a machine actor for its state between two events.
 * Rejects with ACT_ASK_TIMEOUT after `timeoutMs` and with ACT_ASK_DEAD when the actor has ended.
 */
export function readSnapshot<M>(
  actor: ActorRef<M>,
  options: { readonly timeoutMs: number },
): Promise<SnapshotOf<M>> {
  const make = (reply: (snapshot: SnapshotOf<M>) => void): M =>
    new SnapshotRequest(reply) as unknown as M
  return actor.ask(make, options)
}

/** One incarnation of a machine. */
class MachineBehavior<Machine extends AnyStateMachine> implements Behavior<
  MachineMessage<Machine>
> {
  readonly #machine: AnyStateMachine
  readonly #context: ActorContext<MachineMessage<Machine>>
  readonly #options: FromMachineOptions<Machine>
  readonly #scope: MachineScope
  #snapshot: AnyMachineSnapshot

  constructor(
    machine: AnyStateMachine,
    context: ActorContext<MachineMessage<Machine>>,
    options: FromMachineOptions<Machine>,
  ) {
    this.#machine = machine
    this.#context = context
    this.#options = options
    this.#scope = new MachineScope({
      path: context.self.path,
      timers: context.timers as unknown as ActorTimers<DueEvent>,
      // Ahead of what others sent: for XState, too, these belong to the event in hand.
      send: (event) => {
        if (!context.signal.aborted) context.self.tell(event as EventFromLogic<Machine>, 'control')
      },
      emit: (event) => options.onEmit?.(event as EmittedFrom<Machine>),
      log: (...args) => options.onLog?.(...args),
    })
    const { scope } = this.#scope
    this.#snapshot = this.#machine.getInitialSnapshot(scope, options.input)
    // Whatever way the incarnation ends, killed ones included.
    context.signal.addEventListener('abort', () => {
      this.#scope.end(this.#snapshot.children)
    })
    this.#machine.start(this.#snapshot)
    this.#reach(this.#snapshot)
  }

  receive(message: MachineMessage<Machine> | DueEvent): void {
    if (message instanceof SnapshotRequest) {
      message.reply(this.#snapshot as SnapshotFrom<Machine>)
      return
    }
    let event: EventObject
    if (message instanceof DueEvent) {
      message.forget()
      event = message.event
      if (message.target !== this.#scope.root) {
        message.target.send(event)
        return
      }
    } else event = message
    this.#reach(this.#machine.transition(this.#snapshot, event, this.#scope.scope))
  }

  #reach(next: AnyMachineSnapshot): void {
    this.#scope.perform(() => {
      this.#snapshot = next
    })
    if (next.status === 'error') throw next.error
    this.#options.onSnapshot?.(next as SnapshotFrom<Machine>)
    if (next.status === 'done') this.#context.stop()
  }
}
