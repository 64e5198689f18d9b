import type { ManualRuntime } from '@millrace/core'
import type { JobSpec } from '../plan/job-spec.ts'
import { serveThread } from './serve-thread.ts'
import type {
  Channel,
  FromThread,
  Thread,
  ThreadEnd,
  ThreadHost,
  ToThread,
  WorkerPlace,
} from './thread-message.ts'
import type { LinkMessage } from './link-message.ts'

/** Both sides of a connection in one process: each message is really copied, and comes later. */
function channels<A, B>(
  runtime: ManualRuntime,
  isAlive: () => boolean,
): readonly [Channel<A, B>, Channel<B, A>] {
  const side = <M>(): { queue: M[]; take: ((message: M) => void) | undefined } => ({
    queue: [],
    take: undefined,
  })
  const one = side<B>()
  const other = side<A>()
  const post = <M>(to: { queue: M[]; take: ((message: M) => void) | undefined }, message: M) => {
    to.queue.push(structuredClone(message))
    runtime.timer(0, () => {
      if (to.take === undefined || !isAlive()) return
      // As with ports: what one message brings about comes before the next message.
      const next = to.queue.shift()
      if (next !== undefined) to.take(next)
    })
  }
  const listen = <M>(to: { queue: M[]; take: ((message: M) => void) | undefined }) => {
    return (take: (message: M) => void): void => {
      to.take = take
      for (let next = to.queue.shift(); next !== undefined; next = to.queue.shift()) take(next)
    }
  }
  return [
    { post: (message) => post(other, message), listen: listen(one) },
    { post: (message) => post(one, message), listen: listen(other) },
  ]
}

/** Threads that are none: each builds the job for itself, and all that they know of each other is what they post. */
export class MemoryThreads implements ThreadHost {
  readonly #runtime: ManualRuntime
  readonly #build: (thread: number) => JobSpec
  readonly #ends = new Map<number, (end: ThreadEnd) => void>()
  readonly #alive = new Set<number>()
  /** What was started last. */
  places: readonly WorkerPlace[] = []
  /** Those that give no answer. */
  readonly mute = new Set<number>()

  constructor(runtime: ManualRuntime, build: (thread: number) => JobSpec) {
    this.#runtime = runtime
    this.#build = build
  }

  start(
    places: readonly WorkerPlace[],
    pairs: readonly (readonly [number, number])[],
  ): readonly Thread[] {
    this.places = places
    const numbers = places.map((_, thread) => thread)
    const peers = numbers.map(() => new Map<number, Channel<LinkMessage, LinkMessage>>())
    for (const [low, high] of pairs) {
      const isAlive = (): boolean => this.#alive.has(low) && this.#alive.has(high)
      const [one, other] = channels<LinkMessage, LinkMessage>(this.#runtime, isAlive)
      peers[low]?.set(high, one)
      peers[high]?.set(low, other)
    }
    return numbers.map((thread) => this.#start(thread, peers[thread] ?? new Map()))
  }

  /** The thread is no more. */
  kill(thread: number, end: ThreadEnd): void {
    this.#alive.delete(thread)
    this.#ends.get(thread)?.(end)
  }

  #start(thread: number, peers: ReadonlyMap<number, Channel<LinkMessage, LinkMessage>>): Thread {
    this.#alive.add(thread)
    const mine = { isAlive: true }
    const isAlive = (): boolean => mine.isAlive && this.#alive.has(thread) && !this.mute.has(thread)
    const [here, there] = channels<ToThread, FromThread>(this.#runtime, isAlive)
    serveThread({
      side: { thread, main: there, peers },
      runtime: this.#runtime,
      load: async () => ({ spec: this.#build(thread), dispose: () => Promise.resolve() }),
    })
    return {
      ...here,
      onEnd: (told) => void this.#ends.set(thread, told),
      terminate: () => {
        mine.isAlive = false
        return Promise.resolve()
      },
    }
  }
}
