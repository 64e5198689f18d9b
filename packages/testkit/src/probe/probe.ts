import type { ActorRef, ActorSystem } from '@millrace/core'

import { TST_NO_REPLY } from '../errors.ts'
import { spared } from '../simulate/spared.ts'
import { type VirtualHost, WaitingList } from './waiting-list.ts'

/** A simulation or a manual time with its actors. */
export interface ProbeHost extends VirtualHost {
  readonly system: ActorSystem
}

/** An actor that a test plays: it keeps what it gets until the test looks. No fault strikes it. */
export interface Probe<T> {
  readonly ref: ActorRef<T>
  /** What was not looked at yet. */
  readonly waiting: readonly T[]
  /** Takes the next message, which must equal `expected`; waits `within` ms of virtual time (default 1,000). Rejects with TST_WAITED, TST_UNEXPECTED. */
  expect(expected: T, within?: number): Promise<T>
  /** Nothing must wait, or come within `ms` (default 1,000). Rejects with TST_UNEXPECTED. */
  expectNone(ms?: number): Promise<void>
  /** Takes the next `count` messages. Rejects with TST_WAITED. */
  receive(count: number, within?: number): Promise<T[]>
  /** Takes the next message that `isWanted` accepts and drops those before it. Rejects with TST_WAITED. */
  fish(isWanted: (message: T) => boolean, within?: number): Promise<T>
  /** Waits for the end of an actor. Rejects with TST_WAITED. */
  expectTerminated(ref: ActorRef<never>, within?: number): Promise<void>
  /** Answers the question taken last: calls the message, or its member that is a function. Throws TST_NO_REPLY. */
  reply(value: unknown): void
}

class Watch {
  readonly ref: ActorRef<unknown>

  constructor(ref: ActorRef<unknown>) {
    this.ref = ref
  }
}

class Ended {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}

// On the host itself: a WeakMap carries short-lived simulations through many collections.
const probeCount = Symbol('probeCount')

/** Starts a probe; `id` defaults to `probe-1` and so on. */
export function probe<T>(host: ProbeHost, id: string = nextId(host)): Probe<T> {
  const messages = new WaitingList<T>(host, `A message for ${id}`)
  const ends = new WaitingList<string>(host, 'The end of an actor')
  const spec = {
    id,
    [spared]: true,
    create: () => ({
      receive(
        message: unknown,
        context: { watch(ref: ActorRef<unknown>, make: () => unknown): void },
      ) {
        if (message instanceof Watch) {
          const { ref } = message
          context.watch(ref, () => new Ended(ref.path))
        } else if (message instanceof Ended) ends.push(message.path)
        else messages.push(message as T)
      },
    }),
  }
  const ref: ActorRef<unknown> = host.system.spawn<unknown>(spec)
  let last: unknown
  const took = <V>(value: V): V => {
    last = Array.isArray(value) ? value.at(-1) : value
    return value
  }
  return {
    ref,
    get waiting() {
      return messages.waiting
    },
    expect: async (expected, within) => took(await messages.expect(expected, within)),
    expectNone: (ms) => messages.expectNone(ms),
    receive: async (count, within) => took(await messages.receive(count, within)),
    fish: async (isWanted, within) => took(await messages.fish(isWanted, within)),
    async expectTerminated(watched, within) {
      ref.tell(new Watch(watched), 'control')
      await ends.fish((path) => path === watched.path, within)
    },
    reply(value) {
      const answer = replyOf(last)
      if (answer === undefined) throw TST_NO_REPLY({ id })
      answer(value)
    },
  }
}

function nextId(host: ProbeHost): string {
  const count = Number(Reflect.get(host, probeCount) ?? 0) + 1
  Object.defineProperty(host, probeCount, { value: count, writable: true })
  return `probe-${count}`
}

type Reply = (value: unknown) => void

function replyOf(message: unknown): Reply | undefined {
  if (typeof message === 'function') return message as Reply
  if (typeof message !== 'object' || message === null) return undefined
  const members: unknown[] = Object.values(message)
  return members.find((member) => typeof member === 'function') as Reply | undefined
}
