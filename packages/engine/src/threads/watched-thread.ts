import { messageOf, type MillraceError, type Runtime, type Where } from '@millrace/base'
import { ENG_WORKER_BLOCKED, ENG_WORKER_LOST } from './errors.ts'
import type { FromThread, Thread, ThreadEnd, ToThread, WorkerPlace } from './thread-message.ts'

/** Pings of a thread within the time in which it must answer. */
const PINGS = 5
/** It loads what it runs in one go: until it has, it has so much time at least, ms. */
const START_MS = 60_000

/** What is known of a worker thread, and who wants to know more. */
export interface WatchedOptions {
  readonly thread: Thread
  readonly place: WorkerPlace
  readonly runtime: Runtime
  /** Its stages, for people. */
  readonly stages: string
  readonly where: Where
  /** Longest time without an answer, ms. */
  readonly patienceMs: number
  readonly take: (message: FromThread) => void
  /** It has ended, or was ended as it gave no answer. */
  readonly lost: (error: MillraceError) => void
}

/** A worker thread that is asked now and then whether it is there: one that blocks is ended. */
export class WatchedThread {
  readonly #options: WatchedOptions
  #unanswered = 0
  #hasStarted = false
  #isOver = false
  #cancel: () => void = () => {}
  #closed: () => void = () => {}

  constructor(options: WatchedOptions) {
    this.#options = options
    const { thread } = options
    thread.onEnd((end) => this.#ended(end))
    thread.listen((message) => {
      // Whatever it says, it is there.
      this.#unanswered = 0
      if (message.kind === 'opened') this.#hasStarted = true
      if (message.kind === 'closed') this.#closed()
      else if (message.kind !== 'pong' && !this.#isOver) options.take(message)
    })
    this.#ping()
  }

  post(message: ToThread): void {
    this.#options.thread.post(message)
  }

  /** Lets it close what is open, then ends it; `timeoutMs`: or sooner, where it does not answer. */
  async close(timeoutMs: number): Promise<void> {
    this.#cancel()
    const { runtime, thread } = this.#options
    if (!this.#isOver) {
      this.#isOver = true
      await new Promise<void>((resolve) => {
        const cancel = runtime.timer(timeoutMs, resolve)
        this.#closed = () => {
          cancel()
          resolve()
        }
        thread.post({ kind: 'close' })
      })
    }
    await thread.terminate()
  }

  // By turns, not by the clock: where the process itself was held up, the thread gets its time all the same.
  #ping(): void {
    const { patienceMs: own, runtime, thread } = this.#options
    const patienceMs = this.#hasStarted ? own : Math.max(own, START_MS)
    this.#cancel = runtime.timer(own / PINGS, () => {
      if (this.#unanswered++ * own >= PINGS * patienceMs) {
        this.#blocked(patienceMs)
        return
      }
      thread.post({ kind: 'ping' })
      this.#ping()
    })
  }

  #blocked(patienceMs: number): void {
    const { place, stages, thread, where } = this.#options
    this.#lost(ENG_WORKER_BLOCKED({ place, stages, patienceMs }, where))
    void thread.terminate()
  }

  #ended(end: ThreadEnd): void {
    const { place, stages, where } = this.#options
    const cause = 'error' in end ? end.error : undefined
    this.#lost(ENG_WORKER_LOST({ place, stages, reason: reasonOf(end) }, where, cause))
  }

  #lost(error: MillraceError): void {
    this.#cancel()
    this.#closed()
    if (this.#isOver) return
    this.#isOver = true
    this.#options.lost(error)
  }
}

function reasonOf(end: ThreadEnd): string {
  if ('error' in end) return messageOf(end.error)
  return 'signal' in end ? `${end.signal} ended it` : `it ended with code ${end.exitCode}`
}
