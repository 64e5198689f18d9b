import type { Behavior } from './actor.ts'
import type { Family } from './family.ts'
import type { Pending } from './pending.ts'

/** What must end before an incarnation is over. */
export interface TearDownParts<M> {
  readonly pending: Pending
  readonly children: () => Family | undefined
  readonly behavior: () => Behavior<M> | undefined
  /** False once the cell was killed: then nothing goes on. */
  readonly isCurrent: () => boolean
}

/** Lets the promise in hand settle, then stops the children, then runs `onStop`, then calls `done` with what onStop threw. */
export function tearDown<M>(parts: TearDownParts<M>, done: (failure?: unknown) => void): void {
  const stopBehavior = (): void => {
    if (!parts.isCurrent()) return
    let result: void | Promise<void>
    try {
      result = parts.behavior()?.onStop?.()
    } catch (error) {
      done(error)
      return
    }
    if (result instanceof Promise) {
      parts.pending.wait(
        result,
        () => {
          done()
        },
        done,
      )
    } else done()
  }
  parts.pending.whenIdle(() => {
    const children = parts.children()
    if (children === undefined) stopBehavior()
    else children.stopThen(stopBehavior)
  })
}

/** Why an incarnation ended, if its `onStop` failed on top. */
export function joinCauses(crash: unknown, stopFailure: unknown): unknown {
  if (crash === undefined) return stopFailure
  return new AggregateError([crash, stopFailure], 'The actor crashed, and then its onStop failed.')
}
