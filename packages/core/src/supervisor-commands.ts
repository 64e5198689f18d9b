import { type Child, isAtRest } from './child.ts'
import { ACT_CHILD_RUNNING, ACT_NO_CHILD, ACT_STOPPED } from './errors.ts'
import type { Family } from './family.ts'

/** Adds a child and starts it; one that fails is not kept. Throws what the start threw, ACT_DUPLICATE_ID and ACT_STOPPED. */
export function startChild(family: Family, make: () => Child): Promise<Child> {
  return ask(family, (resolve, reject) => {
    const child = make()
    family.add(child)
    begin(family, child, resolve, (cause, failed) => {
      family.delete(failed)
      reject(cause)
    })
  })
}

/** Ends a child; its specification stays if it may. Throws ACT_NO_CHILD and ACT_STOPPED. */
export function terminateChild(family: Family, id: string): Promise<void> {
  return ask(family, (resolve) => {
    const child = childOf(family, id)
    const operation = family.enter()
    child.stopThen(() => {
      resolve()
      family.leave(operation)
    })
  })
}

/** Starts a child that has ended. Throws what the start threw, ACT_CHILD_RUNNING, ACT_NO_CHILD and ACT_STOPPED. */
export function restartChild(family: Family, id: string): Promise<Child> {
  return ask(family, (resolve, reject) => {
    begin(family, stoppedChild(family, id), resolve, reject)
  })
}

/** Forgets a child that has ended. Throws ACT_CHILD_RUNNING, ACT_NO_CHILD and ACT_STOPPED. */
export function deleteChild(family: Family, id: string): Promise<void> {
  return ask(family, (resolve) => {
    const child = stoppedChild(family, id)
    family.delete(child)
    child.stopThen(resolve)
  })
}

/** Runs `work` when it is its turn; what it throws is the answer. */
function ask<T>(
  family: Family,
  work: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    family.enqueue({
      run() {
        try {
          work(resolve, reject)
        } catch (error) {
          reject(error)
        }
      },
      refuse() {
        reject(ACT_STOPPED({ path: family.path }))
      },
    })
  })
}

function begin(
  family: Family,
  child: Child,
  up: (child: Child) => void,
  failed: (cause: unknown, child: Child) => void,
): void {
  const operation = family.enter()
  family.begin(child, (outcome, cause, begun) => {
    if (outcome === 'failed') {
      failed(cause, begun)
      begun.stopThen(() => {})
    } else up(begun)
    family.leave(operation)
  })
}

function childOf(family: Family, id: string): Child {
  const child = family.child(id)
  if (child === undefined) throw ACT_NO_CHILD({ path: family.path, id })
  return child
}

function stoppedChild(family: Family, id: string): Child {
  const child = childOf(family, id)
  if (!isAtRest(child)) throw ACT_CHILD_RUNNING({ path: child.path, state: child.inspect().state })
  return child
}
