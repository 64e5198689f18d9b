import type { Branch, Leaf } from './nodes.ts'

/** What is wrong with a tree that has had time to recover: who must run does, who must not does not. */
export function* isAsItShouldBe(branch: Branch): Generator<string> {
  const { cause, path, plan } = branch
  if (cause === 'significant') {
    const alive = branch.children.filter((child) => child.kind === 'actor' && isUp(child))
    if (alive.length > 0) yield `law 18: ${path} still runs though a significant child has ended`
  }
  if (mayHaveEnded(branch)) return
  for (const child of branch.children) {
    if (child.kind === 'supervisor') {
      const mustRun = child.plan.restart === 'permanent'
      if (child.cause === 'maybe') continue
      if (mustRun && child.cause !== undefined) {
        yield `law 16: ${child.path} is permanent and stays down (${child.cause})`
      } else if (mustRun || (child.plan.restart === 'transient' && child.cause === undefined)) {
        yield* isAsItShouldBe(child)
      }
    } else if (mustBeUp(child) && !isUp(child)) {
      yield `law 6: ${child.path} is ${child.plan.restart} and stays down under ${plan.strategy}`
    }
  }
}

function mayHaveEnded(branch: Branch): boolean {
  if (branch.cause !== undefined) return true
  return branch.children.some(
    (child) => child.kind === 'supervisor' && child.plan.significant && mayHaveEnded(child),
  )
}

function isUp({ life }: Leaf): boolean {
  return life?.wasUp === true && life.overMs === undefined
}

function mustBeUp(leaf: Leaf): boolean {
  const { life, plan, command } = leaf
  if (command !== undefined || plan.restart === 'temporary' || life?.isIgnored === true)
    return false
  // A dynamic child that could not start the first time is not kept.
  const isKept = life?.wasUp === true || (life?.incarnation ?? 1) > 1
  if (leaf.owner?.plan.strategy === 'dynamic' && !isKept) return false
  return plan.restart === 'permanent' || life?.selfEnd !== 'exit'
}
